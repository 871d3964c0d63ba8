package org.qat4j.jobs.network;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.MultiNormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.VGG16ImagePreProcessor;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.cli.data.InputScaling;
import org.qat4j.cli.error.UserException;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.examples.networks.ResNet20;

/** What is found out of the zip files of networks. */
class NetworkFileTest {
  @TempDir private Path folder;

  static MultiLayerNetwork network(InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder builder =
        new NeuralNetConfiguration.Builder().seed(1).updater(new Adam(0.01)).list(layers);
    MultiLayerNetwork network = new MultiLayerNetwork(builder.setInputType(input).build());
    network.init();
    return network;
  }

  private static OutputLayer output(int classes) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(classes)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static ConvolutionLayer convolution() {
    return new ConvolutionLayer.Builder(5, 5).nOut(2).build();
  }

  private Path save(Model model) throws IOException {
    Path file = folder.resolve("net.zip");
    ModelSerializer.writeModel(model, file.toFile(), true);
    return file;
  }

  private String failure(Model model) throws IOException {
    Path file = save(model);
    String message =
        assertThrows(UserException.class, () -> NetworkFile.blueprint(file)).getMessage();
    assertTrue(message.startsWith(file + ": "), message);
    return message.substring(file.toString().length() + 2);
  }

  @Test
  void lenet_sizes_areThoseThatItsPoolingTruncatesAlike() throws IOException {
    Blueprint found = NetworkFile.blueprint(save(LeNet.create(1, new Adam(), 0, 7)));

    assertEquals(1, found.inputs().channels());
    assertEquals(List.of(28, 29, 30, 31), found.inputs().heights());
    assertEquals(List.of(28, 29, 30, 31), found.inputs().widths());
    assertEquals(7, found.classes());
  }

  @Test
  void resNet_averagesAnySize_soThatImagesKeepTheirs() throws IOException {
    Blueprint found = NetworkFile.blueprint(save(ResNet20.create(1, new Adam(), 0, 10)));

    assertEquals(3, found.inputs().channels());
    assertTrue(found.inputs().heights().containsAll(List.of(32, 33, 200)));
    assertEquals(10, found.classes());
  }

  @Test
  void oblongImages_haveHeightAndWidthOfTheirOwn() throws IOException {
    Model network = network(InputType.convolutional(9, 14, 3), convolution(), output(4));

    Blueprint found = NetworkFile.blueprint(save(network));

    assertEquals(List.of(9), found.inputs().heights());
    assertEquals(List.of(14), found.inputs().widths());
  }

  @Test
  void flatImages_areImages() throws IOException {
    Model network = network(InputType.convolutionalFlat(8, 9, 1), convolution(), output(4));

    Blueprint found = NetworkFile.blueprint(save(network));

    assertTrue(found.inputs().flat());
    assertEquals(List.of(8), found.inputs().heights());
    assertEquals(List.of(9), found.inputs().widths());
    assertEquals(4, found.classes());
  }

  @Test
  void denseNetwork_takesFeatures() throws IOException {
    DenseLayer dense = new DenseLayer.Builder().nOut(5).build();

    Blueprint found =
        NetworkFile.blueprint(save(network(InputType.feedForward(13), dense, output(3))));

    assertTrue(found.inputs().isRows());
    assertEquals(13, found.inputs().features());
    assertEquals(3, found.classes());
  }

  @Test
  void network_withoutLoss_isRefused() throws IOException {
    DenseLayer dense = new DenseLayer.Builder().name("last").nOut(5).build();

    assertEquals(
        "its last layer 'last' (index 0, DenseLayer) has no loss, so that it cannot be trained; end"
            + " it in an OutputLayer or a LossLayer",
        failure(network(InputType.feedForward(13), dense)));
  }

  @Test
  void network_ofSequences_isRefused() throws IOException {
    LSTM lstm = new LSTM.Builder().name("memory").nOut(5).build();
    RnnOutputLayer end = new RnnOutputLayer.Builder(LossFunction.MCXENT).nOut(2).build();

    assertEquals(
        "its layer 'memory' (index 0, LSTM) takes sequences; give a network of images or features",
        failure(network(InputType.recurrent(4), lstm, end)));
  }

  @Test
  void network_ofOneScore_isRefused() throws IOException {
    String message =
        failure(
            network(
                InputType.feedForward(4),
                new OutputLayer.Builder(LossFunction.XENT)
                    .nOut(1)
                    .activation(Activation.SIGMOID)
                    .build()));

    assertTrue(message.endsWith("; expected one score for each of two or more classes"), message);
  }

  @Test
  void file_thatIsNoNetwork_isRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("text.zip"), "no zip");

    assertEquals(
        text
            + ": not a Deeplearning4j network (it holds no configuration.json); give a zip file that"
            + " ModelSerializer wrote",
        assertThrows(UserException.class, () -> NetworkFile.blueprint(text)).getMessage());
  }

  @Test
  void file_truncated_isRefused() throws IOException {
    Path file = save(LeNet.create(1, new Adam(), 0, 7));
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));

    String message =
        assertThrows(UserException.class, () -> NetworkFile.blueprint(file)).getMessage();
    assertTrue(message.startsWith(file + ": not a Deeplearning4j network ("), message);
  }

  @Test
  void poolingFirst_takesTheChannelsOfTheFirstConvolution() throws IOException {
    Model network =
        network(
            InputType.convolutional(12, 12, 3),
            new SubsamplingLayer.Builder().kernelSize(2, 2).stride(2, 2).build(),
            convolution(),
            output(2));

    Blueprint found = NetworkFile.blueprint(save(network));

    assertEquals(3, found.inputs().channels());
    assertEquals(List.of(12, 13), found.inputs().heights());
  }

  /** Values as they are stored, which both normalize. */
  private static void assertEqualToDeeplearning4j(
      DataNormalization normalizer, INDArray stored, boolean bytes) {
    InputScaling own = Normalizers.scaling(normalizer, "net.zip");
    int channels = (int) stored.size(1);
    int plane = (int) (stored.length() / channels / stored.size(0));
    INDArray expected = stored.dup();
    normalizer.transform(expected);
    float[] values = stored.dup('c').data().asFloat();
    float[] wanted = expected.dup('c').data().asFloat();
    InputScaling seen = bytes ? own.ofBytes() : own;
    double[] scaled =
        IntStream.range(0, values.length)
            .mapToDouble(
                i -> {
                  int channel = i / plane % channels;
                  double value = bytes ? values[i] / 255.0 : values[i];
                  double mean = seen.mean().get(seen.mean().size() == 1 ? 0 : channel);
                  double std = seen.std().get(seen.std().size() == 1 ? 0 : channel);
                  return (value * seen.white() - mean) / std;
                })
            .toArray();
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], scaled[i], 1e-5 * Math.max(1, Math.abs(wanted[i])));
    }
  }

  private static INDArray pixels() {
    return Nd4j.arange(2 * 3 * 16)
        .castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT)
        .muli(2)
        .reshape('c', 2, 3, 4, 4);
  }

  @Test
  void normalizers_ofImages_doWhatDeeplearning4jDoes() {
    assertEqualToDeeplearning4j(new ImagePreProcessingScaler(), pixels(), true);
    assertEqualToDeeplearning4j(new ImagePreProcessingScaler(-1, 1), pixels(), true);
    assertEqualToDeeplearning4j(new VGG16ImagePreProcessor(), pixels(), true);
    NormalizerStandardize standard = new NormalizerStandardize();
    standard.fit(new DataSet(pixels(), Nd4j.zeros(2, 2)));
    assertEqualToDeeplearning4j(standard, pixels(), true);
  }

  @Test
  void normalizers_ofFeatures_doWhatDeeplearning4jDoes() {
    INDArray rows = Nd4j.createFromArray(new float[][] {{1, -20, 3}, {4, 50, 7}, {2, 30, 9}});
    NormalizerStandardize standard = new NormalizerStandardize();
    standard.fit(new DataSet(rows, Nd4j.zeros(3, 2)));
    assertEqualToDeeplearning4j(standard, rows, false);
    NormalizerMinMaxScaler minMax = new NormalizerMinMaxScaler(-1, 3);
    minMax.fit(new DataSet(rows, Nd4j.zeros(3, 2)));
    assertEqualToDeeplearning4j(minMax, rows, false);
  }

  @Test
  void normalizer_inTheZip_isFound() throws IOException {
    Path file = save(network(InputType.convolutional(9, 9, 3), convolution(), output(4)));
    ModelSerializer.addNormalizerToModel(file.toFile(), new ImagePreProcessingScaler(-1, 1));

    assertEquals(
        Optional.of(new InputScaling(2 / 255.0, List.of(1.0), List.of(1.0))),
        NetworkFile.blueprint(file).scaling());
  }

  @Test
  void normalizer_ofSeveralInputs_isRefusedByName() throws IOException {
    Path file = save(network(InputType.feedForward(2), output(4)));
    MultiNormalizerStandardize several = new MultiNormalizerStandardize();
    several.fit(
        new org.nd4j.linalg.dataset.MultiDataSet(
            Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}), Nd4j.zeros(2, 4)));
    ModelSerializer.addNormalizerToModel(file.toFile(), several);

    assertEquals(
        file
            + ": has a MultiNormalizerStandardize, which is not understood; NormalizerStandardize,"
            + " NormalizerMinMaxScaler, ImagePreProcessingScaler and VGG16ImagePreProcessor are",
        assertThrows(UserException.class, () -> NetworkFile.blueprint(file)).getMessage());
  }

  @Test
  void normalizer_thatScalesLabels_isRefused() {
    NormalizerStandardize standard = new NormalizerStandardize();
    standard.fitLabel(true);
    standard.fit(
        new DataSet(
            Nd4j.createFromArray(new float[][] {{1, 2}, {3, 4}}),
            Nd4j.createFromArray(new float[][] {{1, 0}, {0, 1}})));

    assertEquals(
        "net.zip: its NormalizerStandardize also scales labels, which are classes here; fit it with"
            + " fitLabel(false)",
        assertThrows(UserException.class, () -> Normalizers.scaling(standard, "net.zip"))
            .getMessage());
  }

  @Test
  void copy_withAnotherOptimizer_keepsTheParameters() throws IOException {
    for (Model model :
        List.of(LeNet.create(1, new Adam(), 0, 7), ResNet20.create(1, new Adam(), 0, 3))) {
      Network copy =
          Network.of(model).copy(Optional.of(new Blueprint.Training(new Adam(0.5), 0.125)));

      assertArrayEquals(
          model.params().dup().data().asFloat(), copy.model().params().dup().data().asFloat());
      String configuration =
          copy.model() instanceof MultiLayerNetwork layers
              ? layers.getLayerWiseConfigurations().toJson()
              : ((org.deeplearning4j.nn.graph.ComputationGraph) copy.model())
                  .getConfiguration()
                  .toJson();
      assertTrue(configuration.contains("0.125"), configuration);
      assertTrue(configuration.contains("\"learningRate\" : 0.5"), configuration);
    }
  }
}
