package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/**
 * What is evaluated is what is deployed: the prepared network's inference and the file give the
 * same numbers.
 */
class ConversionTest {
  private static final int IMAGES = 24;

  private static INDArray images(long seed) {
    return TestNetworks.data(seed, IMAGES, DataType.FLOAT).getFeatures();
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  private static float[] run(QuantizedModel model, String backend, INDArray images) {
    try (InferenceSession session =
        InferenceSession.open(model, SessionOptions.DEFAULT.withBackend(backend))) {
      return session.run(floats(images), IMAGES);
    }
  }

  @ParameterizedTest(name = "seed {0}, weights {1} bits, activations {2} bits")
  @CsvSource({
    "1, 8, 8", "2, 8, 8", "3, 8, 8", "4, 4, 8", "5, 8, 4", "6, 4, 4", "7, 2, 2", "8, 3, 5"
  })
  void convert_trained_fileEqualsTheNetworksOwnInference(
      long seed, int weightBits, int activationBits, @TempDir Path folder) throws Exception {
    MultiLayerNetwork network =
        Qat.prepare(
            TestNetworks.multiLayer(seed, DataType.FLOAT),
            QatConfig.builder().weightBits(weightBits).activationBits(activationBits).build());
    for (int i = 0; i < 5; i++) {
      network.fit(TestNetworks.data(seed * 100 + i, 16, DataType.FLOAT));
    }
    Path file = folder.resolve("model.onnx");
    Qat.convert(network).save(file);
    QuantizedModel loaded = QuantizedModel.load(file);
    INDArray images = images(seed + 50);
    float[] reference = run(loaded, "reference", images);
    float[] own = floats(network.output(images));
    assertArrayEquals(reference, run(loaded, "onednn", images));
    assertArrayEquals(reference, own, 1e-6f);
  }

  @ParameterizedTest(name = "residual {0}")
  @ValueSource(booleans = {false, true})
  void convert_graph_equalsTheNetworksOwnInference(boolean residual, @TempDir Path folder)
      throws Exception {
    ComputationGraph original = residual ? TestNetworks.residual(3) : TestNetworks.graph(3);
    ComputationGraph network = Qat.prepare(original, QatConfig.int8());
    for (int i = 0; i < 5; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
    INDArray images = images(77);
    Path file = folder.resolve("model.onnx");
    Qat.convert(network).save(file);
    QuantizedModel loaded = QuantizedModel.load(file);
    float[] reference = run(loaded, "reference", images);
    assertArrayEquals(reference, run(loaded, "onednn", images));
    assertArrayEquals(reference, floats(network.outputSingle(images)), 1e-6f);
  }

  /** The codes of every layer, taken from the network's own activations and from the file. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void convert_trained_everyLayerHasTheSameCodes(long seed) {
    ComputationGraph network = Qat.prepare(TestNetworks.residual(seed), QatConfig.int8());
    for (int i = 0; i < 5; i++) {
      network.fit(TestNetworks.data(seed * 10 + i, 16, DataType.FLOAT));
    }
    assertEquals(
        10, Parity.requireSameCodes(network, Qat.convert(network), images(seed + 70)), "compared");
  }

  @Test
  void convert_neverFitted_isRefused() {
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(1, DataType.FLOAT), QatConfig.int8());
    var unseen = assertThrows(IllegalStateException.class, () -> Qat.convert(network));
    assertEquals(
        "the prepared network has seen no data yet: fit at least one batch before converting",
        unseen.getMessage());
    network.output(images(1));
    var unobserved = assertThrows(IllegalStateException.class, () -> Qat.convert(network));
    assertEquals(
        "layer 'input_quantizer' (0): its activation range was not observed yet; fit at least one batch, before freezing the layer",
        unobserved.getMessage());
  }

  @Test
  void convert_notPrepared_isRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Qat.convert(TestNetworks.multiLayer(1, DataType.FLOAT)));
    assertEquals(
        "this network was not prepared: convert or summarize what Qat.prepare returned",
        error.getMessage());
  }
}
