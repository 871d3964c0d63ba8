package org.qat4j.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.qat4j.layers.recurrent.RecurrentEqualityTest.assertClose;
import static org.qat4j.layers.recurrent.RecurrentEqualityTest.gradients;
import static org.qat4j.layers.recurrent.RecurrentNetworks.embedding;
import static org.qat4j.layers.recurrent.RecurrentNetworks.graves;
import static org.qat4j.layers.recurrent.RecurrentNetworks.lstm;
import static org.qat4j.layers.recurrent.RecurrentNetworks.network;
import static org.qat4j.layers.recurrent.RecurrentNetworks.output;
import static org.qat4j.layers.recurrent.RecurrentNetworks.simple;
import static org.qat4j.layers.recurrent.RecurrentNetworks.words;

import java.util.Iterator;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Weights;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.Schedule;
import org.qat4j.pruning.Pruning;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.dynamic.DynamicConfig;

/** Quantization-aware training of the weights of recurrent networks. */
class WeightRoundingTest {
  private static MultiLayerNetwork original(DataType type) {
    return network(
        type,
        builder -> {},
        embedding(4),
        lstm(4, 6).build(),
        new Bidirectional(Bidirectional.Mode.CONCAT, graves(6, 3).build()),
        simple(6, 5).build(),
        output(5).build());
  }

  /** A network whose weights are those that the codes stand for. */
  private static MultiLayerNetwork rounded(MultiLayerNetwork original, WeightScheme scheme) {
    MultiLayerNetwork rounded = original.clone();
    for (Map.Entry<String, INDArray> entry : rounded.paramTable().entrySet()) {
      String key = entry.getKey();
      if (key.startsWith("0_") || !key.endsWith("W")) {
        continue;
      }
      INDArray weights = entry.getValue();
      boolean peepholes = key.startsWith("2_") && key.endsWith("RW");
      INDArray coded =
          peepholes ? weights.get(NDArrayIndex.all(), NDArrayIndex.interval(0, 4 * 3)) : weights;
      coded.assign(scheme.quantizer().fakeQuantize(coded.transpose(), null).rows().transpose());
    }
    return rounded;
  }

  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {8, 4})
  void training_uniformWeights_hasTheGradientOfTheRoundedNetwork(int bits) {
    WeightScheme scheme = WeightScheme.uniform(bits);
    MultiLayerNetwork original = original(DataType.DOUBLE);
    MultiLayerNetwork qat = Qat.prepare(original, QatConfig.builder().weights(scheme).build());
    MultiLayerNetwork expected = rounded(original, scheme);
    DataSet data = words(DataType.DOUBLE, 3, 5);
    assertClose(
        expected.output(data.getFeatures()), qat.output(data.getFeatures()), 1e-10, "output");
    Map<String, INDArray> gradients = gradients(expected, data);
    Map<String, INDArray> actual = gradients(qat, data);
    gradients.forEach((key, value) -> assertClose(value, actual.get(key), 1e-10, key));
  }

  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {8, 4, 2})
  void fit_fewBits_learnsAndKeepsThroughACopy(int bits) {
    MultiLayerNetwork qat =
        Qat.prepare(original(DataType.FLOAT), QatConfig.builder().weightBits(bits).build());
    DataSet data = words(DataType.FLOAT, 3, 5);
    double before = qat.score(data);
    for (int i = 0; i < 60; i++) {
      qat.fit(data);
    }
    double after = qat.score(data);
    assertTrue(after < 0.7 * before, "loss from " + before + " to " + after);
    assertEquals(after, qat.clone().score(data), 0);
    MultiLayerNetwork restored = Qat.restore(qat, original(DataType.FLOAT));
    assertClose(qat.getParam("1_W"), restored.getParam("1_W"), 0, "restored weights");
  }

  @ParameterizedTest(name = "{0} bits")
  @ValueSource(ints = {8, 4, 2})
  void quantizeDynamic_afterFit_deploysTheWeightsOfTraining(int bits) {
    MultiLayerNetwork qat =
        Qat.prepare(original(DataType.FLOAT), QatConfig.builder().weightBits(bits).build());
    for (int i = 0; i < 5; i++) {
      qat.fit(words(DataType.FLOAT, 3, 5));
    }
    Graph graph = Qat.quantizeDynamic(qat, DynamicConfig.int8().stateless()).graph();
    WeightScheme scheme = WeightScheme.ofBits(bits);

    Iterator<Weights> deployed =
        graph.nodes().stream()
            .filter(node -> !(node.op() instanceof Embedding))
            .flatMap(node -> node.op().weights().stream())
            .map(coefficients -> ((Coefficients.OfDynamicCodes) coefficients).weights())
            .iterator();
    int[] lstm = {3, 2, 1, 0};
    int[] one = {0};
    assertTrained(qat, 1, "", "W", lstm, 6, scheme, deployed.next());
    assertTrained(qat, 1, "", "RW", lstm, 6, scheme, deployed.next());
    assertTrained(qat, 2, "f", "W", lstm, 3, scheme, deployed.next());
    assertTrained(qat, 2, "f", "RW", lstm, 3, scheme, deployed.next());
    assertTrained(qat, 2, "b", "W", lstm, 3, scheme, deployed.next());
    assertTrained(qat, 2, "b", "RW", lstm, 3, scheme, deployed.next());
    assertTrained(qat, 3, "", "W", one, 5, scheme, deployed.next());
    assertTrained(qat, 3, "", "RW", one, 5, scheme, deployed.next());
    assertTrained(qat, 4, "", "W", one, RecurrentNetworks.WORDS, scheme, deployed.next());
    assertFalse(deployed.hasNext());
  }

  /** Codes times scales are, bit for bit, what training multiplies by. */
  private static void assertTrained(
      MultiLayerNetwork qat,
      int layer,
      String prefix,
      String key,
      int[] gates,
      int units,
      WeightScheme scheme,
      Weights deployed) {
    Layer running = qat.getLayer(layer);
    INDArray trained =
        new RoundedWeights(
                new Quantization(scheme, ActivationScheme.observed(8), Schedule.FLOAT),
                (long) gates.length * units)
            .round(
                running.getParam(prefix + key),
                running.getParam(prefix + SteppedParams.stepOf(key)));
    assertEquals(scheme.codes(), deployed.range());
    assertEquals(gates.length * units, deployed.outChannels());
    for (int o = 0; o < deployed.outChannels(); o++) {
      int column = gates[o / units] * units + o % units;
      for (int i = 0; i < deployed.fanIn(); i++) {
        float value = deployed.scale(o) * (deployed.code(o, i) - deployed.zeroPoint(o));
        assertEquals(
            trained.getFloat(i, column) + 0f, value + 0f, 0f, prefix + key + " of layer " + layer);
      }
    }
  }

  @Test
  void prepare_toPruneARecurrentNetwork_isRefused() {
    MultiLayerNetwork stock = original(DataType.FLOAT);
    QatConfig pruned = QatConfig.floatingPointBuilder().prune(Pruning.perLayer(0.5)).build();
    String message =
        assertThrows(IllegalArgumentException.class, () -> Qat.prepare(stock, pruned)).getMessage();
    assertTrue(message.contains("prunes weights"), message);
  }

  @Test
  void fit_beforeTheScheduleQuantizes_isFloatTraining() {
    MultiLayerNetwork stock = original(DataType.DOUBLE);
    MultiLayerNetwork qat =
        Qat.prepare(
            stock,
            QatConfig.builder()
                .weightBits(4)
                .schedule(new Schedule(2, Schedule.NEVER, Schedule.NEVER))
                .build());
    DataSet data = words(DataType.DOUBLE, 3, 5);
    for (int i = 0; i < 2; i++) {
      stock.fit(data);
      qat.fit(data);
    }
    assertClose(stock.getParam("1_RW"), qat.getParam("1_RW"), 1e-10, "weights");
    assertTrue(stock.score(data) != qat.score(data), "iteration 2 rounds");
  }
}
