package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.transferlearning.TransferLearningHelper;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Sgd;
import org.qat4j.inference.InferenceSession;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.forms.UnsupportedLayerException;

/** Deeplearning4j's transfer learning on networks that are prepared already. */
class TransferLearningTest {
  private static final int LOGITS = 5;
  private static final INDArray IMAGES = TestNetworks.data(70, 24, DataType.FLOAT).getFeatures();

  private static MultiLayerNetwork fitted() {
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), QatConfig.int8());
    fit(network);
    return network;
  }

  private static ComputationGraph fittedGraph() {
    ComputationGraph network = Qat.prepare(TestNetworks.graph(7), QatConfig.int8());
    for (int i = 0; i < 3; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    return network;
  }

  private static void fit(MultiLayerNetwork network) {
    for (int i = 0; i < 3; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
  }

  /** Three classes instead of four. */
  private static DataSet fewerClasses(int seed) {
    DataSet data = TestNetworks.data(seed, 16, DataType.FLOAT);
    INDArray labels = data.getLabels().get(NDArrayIndex.all(), NDArrayIndex.interval(0, 3)).dup();
    return new DataSet(data.getFeatures(), labels);
  }

  @Test
  void setFeatureExtractor_prepared_frozenLayersStayAndTheRestTrains() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(fitted()).setFeatureExtractor(3).build();
    INDArray before = network.params().dup();
    fit(network);
    long frozen = 0;
    for (int i = 0; i <= 3; i++) {
      frozen += network.getLayer(i).numParams();
    }
    assertEquals(head(before, frozen), head(network.params(), frozen));
    assertNotEquals(before, network.params());
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
    assertTrue(network.summary().contains("Frozen QuantizedBlockLayer"));
  }

  private static INDArray head(INDArray params, long length) {
    return params.reshape(params.length()).get(NDArrayIndex.interval(0, length)).dup();
  }

  @Test
  void setFeatureExtractor_savedAndRestored_deploysTheSame(@TempDir Path folder) throws Exception {
    MultiLayerNetwork network =
        new TransferLearning.Builder(fitted()).setFeatureExtractor(3).build();
    fit(network);
    File file = folder.resolve("frozen.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(file, true);
    assertEquals(network.output(IMAGES), restored.output(IMAGES));
    assertEquals(network.output(IMAGES), network.clone().output(IMAGES));
    assertEquals(6, Parity.requireSameCodes(restored, Qat.convert(restored), IMAGES));
    assertEquals(Qat.summarize(network), Qat.summarize(fitted()));
  }

  @Test
  void setFeatureExtractor_neverFitted_conversionSaysWhatToDo() {
    MultiLayerNetwork prepared =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), QatConfig.int8());
    prepared.output(IMAGES);
    MultiLayerNetwork network =
        new TransferLearning.Builder(prepared).setFeatureExtractor(3).build();
    fit(network);
    var error = assertThrows(IllegalStateException.class, () -> Qat.convert(network));
    assertEquals(
        "layer 'input_quantizer' (0): its activation range was not observed yet; fit at least one batch, before freezing the layer",
        error.getMessage());
  }

  @Test
  void nOutReplace_logits_trainsAndDeploysTheNewClasses() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(fitted())
            .fineTuneConfiguration(
                new FineTuneConfiguration.Builder().updater(new Sgd(0.1)).build())
            .setFeatureExtractor(2)
            .nOutReplace(LOGITS, 3, WeightInit.XAVIER)
            .build();
    for (int i = 0; i < 3; i++) {
      network.fit(fewerClasses(i));
    }
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
    assertEquals(3, network.output(IMAGES).size(1));
    try (InferenceSession session = InferenceSession.open(Qat.convert(network))) {
      assertEquals(24 * 3, session.run(IMAGES.dup().data().asFloat(), 24).length);
    }
  }

  @Test
  void nOutReplace_blockWithBatchNorm_replacesAllOfIt() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(fitted()).nOutReplace(4, 9, WeightInit.ONES).build();
    assertEquals(9, network.getLayer(4).getParam("gamma").length());
    assertEquals(1, network.getLayer(4).getParam("W").minNumber().doubleValue());
    assertEquals(0, network.getLayer(4).getParam("range").getDouble(2), "batches observed");
    fit(network);
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
  }

  @Test
  void fineTune_newUpdater_reachesBatchNormToo() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(fitted())
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Sgd(0)).build())
            .build();
    INDArray gamma = network.getParam("1_gamma").dup();
    fit(network);
    assertEquals(gamma, network.getParam("1_gamma"));
  }

  @Test
  void helper_featurizedFit_trainsTheHeadOfThePreparedNetwork() {
    MultiLayerNetwork network = fitted();
    // Behind the flattening, which Deeplearning4j's helper loses.
    TransferLearningHelper helper = new TransferLearningHelper(network, 4);
    INDArray before = network.getParam("5_W").dup();
    INDArray first = network.getParam("1_W").dup();
    for (int i = 0; i < 3; i++) {
      helper.fitFeaturized(helper.featurize(TestNetworks.data(i, 16, DataType.FLOAT)));
    }
    assertNotEquals(before, network.getParam("5_W"));
    assertEquals(first, network.getParam("1_W"));
    assertEquals(6, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
  }

  @Test
  void setFeatureExtractor_graph_frozenLayersStayAndTheRestTrains(@TempDir Path folder)
      throws Exception {
    ComputationGraph network =
        new TransferLearning.GraphBuilder(fittedGraph()).setFeatureExtractor("pool").build();
    INDArray frozen = network.getParam("conv_W").dup();
    INDArray range = network.getParam("conv_range").dup();
    INDArray trained = network.getParam("dense_W").dup();
    network.fit(TestNetworks.data(5, 16, DataType.FLOAT));
    assertEquals(frozen, network.getParam("conv_W"));
    assertEquals(range, network.getParam("conv_range"));
    assertNotEquals(trained, network.getParam("dense_W"));
    File file = folder.resolve("frozen.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    for (ComputationGraph each :
        Arrays.asList(
            network, network.clone(), ModelSerializer.restoreComputationGraph(file, true))) {
      assertEquals(5, Parity.requireSameCodes(each, Qat.convert(each), IMAGES));
    }
  }

  @Test
  void nOutReplace_graphLogits_trainsAndDeploysTheNewClasses() {
    ComputationGraph network =
        new TransferLearning.GraphBuilder(fittedGraph())
            .setFeatureExtractor("conv")
            .nOutReplace("out_logits", 3, WeightInit.XAVIER)
            .build();
    for (int i = 0; i < 3; i++) {
      network.fit(fewerClasses(i));
    }
    assertEquals(5, Parity.requireSameCodes(network, Qat.convert(network), IMAGES));
    assertEquals(3, network.outputSingle(IMAGES).size(1));
  }

  @Test
  void setFeatureExtractor_graphWithMerges_saysWhatToDo() {
    ComputationGraph prepared = Qat.prepare(TestNetworks.residual(7), QatConfig.int8());
    var builder = new TransferLearning.GraphBuilder(prepared).setFeatureExtractor("stem");
    var error = assertThrows(IllegalStateException.class, builder::build);
    assertEquals(
        "vertex 'sum' merges several inputs, and TransferLearning.GraphBuilder does not keep such a vertex of a prepared"
            + " graph: edit the original graph and prepare the result; to hold layers still, give them an updater of learning rate 0",
        error.getMessage());
  }

  @Test
  void convert_outputLayerAddedAfterwards_saysWhatToDo() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(fitted())
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Sgd(1)).build())
            .removeLayersFromOutput(2)
            .addLayer(
                new OutputLayer.Builder()
                    .name("new")
                    .nIn(12)
                    .nOut(TestNetworks.CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    fit(network);
    var error = assertThrows(UnsupportedLayerException.class, () -> Qat.convert(network));
    assertTrue(
        error
            .getMessage()
            .contains(
                "it was not prepared; replace classes with nOutReplace on the logits, or edit the original network and prepare the result."),
        error.getMessage());
  }

  @Test
  void summarize_outputLayerAddedAfterwards_saysWhatToDo() {
    MultiLayerNetwork network =
        new TransferLearning.Builder(fitted())
            .fineTuneConfiguration(new FineTuneConfiguration.Builder().updater(new Sgd(1)).build())
            .removeLayersFromOutput(2)
            .addLayer(
                new OutputLayer.Builder()
                    .name("new")
                    .nIn(12)
                    .nOut(TestNetworks.CLASSES)
                    .activation(Activation.SOFTMAX)
                    .build())
            .build();
    var error = assertThrows(UnsupportedLayerException.class, () -> Qat.summarize(network));
    assertTrue(
        error
            .getMessage()
            .startsWith(
                "layer 'new' (index 5, OutputLayer) cannot be quantized: it was not prepared;"),
        error.getMessage());
  }

  @Test
  void prepare_frozenLayer_saysWhatToDo() {
    MultiLayerNetwork frozen =
        new TransferLearning.Builder(TestNetworks.multiLayer(7, DataType.FLOAT))
            .setFeatureExtractor(0)
            .build();
    var error =
        assertThrows(UnsupportedLayerException.class, () -> Qat.prepare(frozen, QatConfig.int8()));
    assertTrue(
        error
            .getMessage()
            .contains(
                "it is frozen, so its activation range would never be observed; prepare the network unfrozen, fit at least one batch, and then freeze."),
        error.getMessage());
  }
}
