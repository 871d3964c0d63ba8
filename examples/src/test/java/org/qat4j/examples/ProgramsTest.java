package org.qat4j.examples;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.examples.networks.ResNet20;
import org.qat4j.examples.networks.WordLstm;
import org.qat4j.examples.words.WordTraining;
import org.qat4j.graph.Node;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.runtime.Saturation;
import org.qat4j.training.LayerSummary;
import org.qat4j.training.Qat;

/** Every program runs and does what it says. */
class ProgramsTest {
  private static final int COUNT = 64;
  private static final DataSet UNSEEN = Pictures.draw(7, COUNT, 1, LeNet.SIZE);
  private static final Path FOREIGN = Path.of("../qat-core/src/test/resources/onnx");

  @TempDir private static Path shared;
  @TempDir private Path folder;
  private static Path model;
  private Path written;

  @BeforeAll
  static void writeAModel() throws IOException {
    model = shared.resolve("model.onnx");
    QuantizeANetwork.main(new String[] {model.toString()});
  }

  private String[] file(String name) {
    written = folder.resolve(name);
    return new String[] {written.toString()};
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  private static float[] run(Path file) throws IOException {
    QuantizedModel loaded = QuantizedModel.load(file, LoadOptions.ALLOW_FLOAT);
    try (InferenceSession session = InferenceSession.open(loaded)) {
      return session.run(floats(UNSEEN.getFeatures()), COUNT);
    }
  }

  /** How many pictures have their class as the most probable one. */
  private static void assertClassifies(float[] probabilities) {
    long right =
        IntStream.range(0, COUNT)
            .filter(
                picture ->
                    IntStream.range(0, Pictures.CLASSES)
                        .allMatch(
                            c ->
                                probabilities[picture * Pictures.CLASSES + c]
                                    <= probabilities[
                                        picture * Pictures.CLASSES + picture % Pictures.CLASSES]))
            .count();
    assertTrue(right >= 0.9 * COUNT, right + " of " + COUNT);
  }

  @Test
  void quantizeWithoutTraining_file_saysWhatTheNetworkSays() throws IOException {
    Path file = folder.resolve("model.onnx");
    MultiLayerNetwork calibrated =
        QuantizeWithoutTraining.quantize(Pictures.trainedNetwork(), Pictures.batches(), file);

    assertClassifies(run(file));
    assertArrayEquals(floats(calibrated.output(UNSEEN.getFeatures())), run(file), 1e-6f);
  }

  @Test
  void quantizeANetwork_file_saysWhatTheNetworkSays() throws IOException {
    Path file = folder.resolve("model.onnx");
    MultiLayerNetwork qat =
        QuantizeANetwork.quantize(Pictures.trainedNetwork(), Pictures.batches(), file);

    assertClassifies(run(file));
    assertArrayEquals(floats(qat.output(UNSEEN.getFeatures())), run(file), 1e-6f);
    assertArrayEquals(run(model), run(file));
  }

  @Test
  void quantizeAGraph_file_holdsTheSums() throws IOException {
    QuantizeAGraph.main(file("model.onnx"));

    QuantizedModel graph = QuantizedModel.load(written);
    assertEquals(
        9,
        graph.graph().nodes().stream().filter(node -> node.op().onnxName().equals("Add")).count());
    assertEquals(
        3 * ResNet20.SIZE * ResNet20.SIZE, graph.graph().inputs().get(0).shape().elements());
    assertEquals(graph.graph().macs(), graph.graph().integerMacs());
  }

  @Test
  void serveAModel_manyThreads_getWhatOneGets() throws Exception {
    float[] expected = run(model);
    ExecutorService callers = Executors.newFixedThreadPool(4);
    try (ServeAModel service = new ServeAModel(model, 2)) {
      List<Callable<float[]>> calls =
          UNSEEN.asList().stream()
              .<Callable<float[]>>map(
                  one -> {
                    float[] image = floats(one.getFeatures());
                    return () -> service.classify(image);
                  })
              .toList();
      List<Future<float[]>> answers = callers.invokeAll(calls);
      for (int i = 0; i < COUNT; i++) {
        for (int c = 0; c < Pictures.CLASSES; c++) {
          assertEquals(expected[i * Pictures.CLASSES + c], answers.get(i).get()[c]);
        }
      }
    } finally {
      callers.shutdown();
    }
  }

  @Test
  void runOnPixels_modelOfBytes_givesScoresOfThePixels() throws IOException {
    Path bytes = FOREIGN.resolve("torch_bytes.onnx");
    RunOnPixels.main(new String[] {bytes.toString()});

    QuantizedModel loaded = QuantizedModel.load(bytes);
    byte[] pixels = new byte[2 * loaded.graph().inputs().get(0).shape().elements()];
    new Random(1).nextBytes(pixels);
    float[] scores = RunOnPixels.scores(loaded, pixels, 2);
    assertEquals(2 * loaded.graph().outputs().get(0).shape().elements(), scores.length);
    try (InferenceSession session = InferenceSession.open(loaded)) {
      assertArrayEquals(session.run(pixels, 2), scores);
    }
  }

  @Test
  void chooseForEachLayer_rules_areWhatTheLayersHave() throws IOException {
    ChooseForEachLayer.main(file("model.onnx"));
    assertClassifies(run(written));

    List<LayerSummary> layers = Qat.summarize(ChooseForEachLayer.quantize(written));
    assertEquals(
        List.of(4, 4, 32, 8),
        layers.stream().map(LayerSummary::weightBits).filter(bits -> bits > 0).toList());
    assertTrue(
        QuantizedModel.load(written, LoadOptions.ALLOW_FLOAT).graph().islands().stream()
            .map(Node::name)
            .anyMatch(name -> name.contains("dense")));
  }

  @Test
  void learnFewBits_file_stillClassifies() throws IOException {
    LearnFewBits.main(file("model.onnx"));

    assertClassifies(run(written));
    assertEquals(
        List.of(8, 2, 2, 8),
        Qat.summarize(LearnFewBits.train()).stream()
            .map(LayerSummary::weightBits)
            .filter(bits -> bits > 0)
            .toList());
  }

  @Test
  void learnFromTheFloatNetwork_file_classifies() throws IOException {
    LearnFromTheFloatNetwork.main(file("model.onnx"));

    assertClassifies(run(written));
  }

  @Test
  void watchLiveInput_pixelsThatNobodyDivided_areCounted() throws IOException {
    WatchLiveInput.main(new String[] {model.toString()});

    QuantizedModel loaded = QuantizedModel.load(model);
    float[] images = floats(UNSEEN.getFeatures());
    Saturation fitting = WatchLiveInput.watch(loaded, images, COUNT).get(0);
    Saturation larger =
        WatchLiveInput.watch(loaded, floats(UNSEEN.getFeatures().mul(255)), COUNT).get(0);
    assertTrue(fitting.fraction() < 0.01, fitting::toString);
    assertTrue(larger.fraction() > 0.9, larger::toString);
  }

  private static List<Object> layers(MultiLayerNetwork network) {
    return Arrays.stream(network.getLayers())
        .<Object>map(layer -> layer.conf().getLayer())
        .toList();
  }

  private void assertOrdinaryAndGood() throws IOException {
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(written.toFile());
    assertEquals(layers(Pictures.freshNetwork()), layers(network));
    assertClassifies(floats(network.output(UNSEEN.getFeatures())));
  }

  @Test
  void trainFasterInFloat_file_isAnOrdinaryNetwork() throws IOException {
    TrainFasterInFloat.main(file("float.zip"));

    assertOrdinaryAndGood();
  }

  @Test
  void restoreTheNetwork_file_isAnOrdinaryNetwork() throws IOException {
    RestoreTheNetwork.main(file("float.zip"));

    assertOrdinaryAndGood();
  }

  @Test
  void readAnotherToolsFile_ofPyTorch_runsInIntegers() throws IOException {
    Path file = FOREIGN.resolve("torch_view.onnx");
    ReadAnotherToolsFile.main(new String[] {file.toString()});

    assertTrue(ReadAnotherToolsFile.plan(file).contains("Gemm"), ReadAnotherToolsFile.plan(file));
  }

  @Test
  void quantizeAWordModel_file_writesWhatItHasLearned() throws IOException {
    List<String> text =
        Collections.nCopies(2500, List.of("tick", "tock", "ding")).stream()
            .flatMap(List::stream)
            .toList();
    WordTraining training = new WordTraining(new WordLstm(5, 8, 12, 1), 0, 0.05, 3, 1);

    List<String> written = QuantizeAWordModel.learn(text, training, folder.resolve("model.onnx"));

    long right =
        IntStream.range(1, written.size())
            .filter(i -> text.indexOf(written.get(i)) == (text.indexOf(written.get(i - 1)) + 1) % 3)
            .count();
    assertTrue(right >= 0.9 * (written.size() - 1), written.toString());
  }
}
