package org.qat4j.training.filters;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.LocalResponseNormalization;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.pruning.FilterPruning;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.filters.Flow.Step;
import org.qat4j.training.network.NetworkView;

/** Networks without some of their filters. */
class SurgeryTest {
  private static final double EXACT = 1e-10;

  private static ComputationGraph graph(String name) {
    ComputationGraph graph =
        name.equals("residual")
            ? TestNetworks.residual(7, DataType.DOUBLE, settings -> {})
            : LayerNetworks.ALL.get(name).apply(7L, DataType.DOUBLE);
    for (int i = 0; i < 3; i++) {
      graph.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
    }
    return graph;
  }

  /** Makes removed channels 0 in the network itself, behind normalization too. */
  private static void silence(NetworkView<?> network, FilterPruning pruning) {
    Map<String, Layer> layers = network.layers();
    Flow flow = Flow.of(network.stages(), layers);
    Surgery.choose(flow, pruning);
    for (Step step : flow.steps()) {
      Layer layer = layers.get(step.stage().name());
      for (int c = 0; layer != null && c < step.output().all().size(); c++) {
        if (step.output().all().get(c).isRemoved()) {
          for (String key : List.of("b", "beta", "mean")) {
            INDArray shift = layer.paramTable().get(key);
            if (shift != null) {
              int output = c;
              fill(shift, i -> i[i.length - 1] == output, 0);
            }
          }
        }
      }
      filters(step, layer);
    }
  }

  /** Assigns a value wherever the indices of an element say so. */
  private static void fill(INDArray array, Predicate<long[]> where, double value) {
    for (long i = 0; i < array.length(); i++) {
      long[] indices = Shape.ind2subC(array, i);
      if (where.test(indices)) {
        array.putScalar(indices, value);
      }
    }
  }

  private static void filters(Step step, Layer layer) {
    Map<String, INDArray> table = layer == null ? Map.of() : layer.paramTable();
    INDArray weights = table.containsKey("pW") ? table.get("pW") : table.get("W");
    for (int c = 0; weights != null && c < step.output().all().size(); c++) {
      int output = c;
      boolean dense = weights.rank() == 2;
      boolean depthwise = step.stage().conf() instanceof DepthwiseConvolution2D;
      if (step.output().all().get(c).isRemoved()) {
        fill(
            weights,
            i -> depthwise ? i[2] * weights.size(3) + i[3] == output : i[dense ? 1 : 0] == output,
            0);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"residual", "depthwise", "normalizations"})
  void removeFilters_ofGraph_computesTheOriginalWithSilentFilters(String name) {
    ComputationGraph original = graph(name);
    FilterPruning half = FilterPruning.of(0.5);
    ComputationGraph smaller = Qat.removeFilters(original, half);
    INDArray images = TestNetworks.data(9, 8, DataType.DOUBLE).getFeatures();
    INDArray before = original.outputSingle(images);
    silence(NetworkView.of(original), half);
    INDArray silent = original.outputSingle(images);
    assertTrue(
        smaller.numParams() < 0.75 * original.numParams(),
        smaller.numParams() + " of " + original.numParams());
    assertTrue(silent.distance2(before) > 0.01);
    assertArrayEquals(
        silent.dup('c').data().asDouble(),
        smaller.outputSingle(images).dup('c').data().asDouble(),
        EXACT);
  }

  @Test
  void removeFilters_ofNetworkThatFlattens_computesTheOriginalWithSilentFilters() {
    MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.DOUBLE);
    for (int i = 0; i < 3; i++) {
      original.fit(TestNetworks.data(i, 16, DataType.DOUBLE));
    }
    FilterPruning half = FilterPruning.of(0.5).with("layer4", 0.4);
    MultiLayerNetwork smaller = Qat.removeFilters(original, half);
    assertEquals(List.of(3L, 3L, 6L, 4L), outputs(smaller));
    INDArray images = TestNetworks.data(9, 8, DataType.DOUBLE).getFeatures();
    silence(NetworkView.of(original), half);
    assertArrayEquals(
        original.output(images).dup('c').data().asDouble(),
        smaller.output(images).dup('c').data().asDouble(),
        EXACT);
  }

  private static List<Long> outputs(MultiLayerNetwork network) {
    return network.getLayerWiseConfigurations().getConfs().stream()
        .map(NeuralNetConfiguration::getLayer)
        .filter(
            layer ->
                layer instanceof ConvolutionLayer
                    || layer instanceof DenseLayer
                    || layer instanceof OutputLayer)
        .map(layer -> ((FeedForwardLayer) layer).getNOut())
        .toList();
  }

  @Test
  void removeFilters_smallestNorms_go() {
    MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.FLOAT);
    INDArray weights = original.getParam("0_W");
    for (int o = 0; o < 6; o++) {
      int output = o;
      fill(weights, i -> i[0] == output, o % 2 == 0 ? 0.01 * (o + 1) : -1 - o);
    }
    INDArray kept = Qat.removeFilters(original, FilterPruning.of(0.5)).getParam("0_W");
    for (int i = 0; i < 3; i++) {
      assertEquals(-2 - 2 * i, kept.getDouble(i, 0, 0, 0));
    }
  }

  /** What is added shares its filters: stem and a go by the sum of their norms. */
  @Test
  void removeFilters_residualSum_sharesTheChoice() {
    ComputationGraph original = TestNetworks.residual(7);
    original.getParam("stem_W").assign(1);
    fill(original.getParam("a_W"), i -> i[0] == 4, 10);
    fill(original.getParam("a_W"), i -> i[0] == 1, 9);
    for (int o : new int[] {0, 2, 3, 5}) {
      fill(original.getParam("a_W"), i -> i[0] == o, 0.1 * o);
    }
    ComputationGraph smaller = Qat.removeFilters(original, FilterPruning.of(0.5));
    assertArrayEquals(new long[] {3, 2, 3, 3}, smaller.getParam("stem_W").shape());
    assertArrayEquals(new long[] {3, 3, 3, 3}, smaller.getParam("a_W").shape());
    assertEquals(9, smaller.getParam("a_W").getDouble(0, 0, 0, 0), 1e-6);
    assertEquals(10, smaller.getParam("a_W").getDouble(1, 0, 0, 0), 1e-6);
    assertEquals(0.5, smaller.getParam("a_W").getDouble(2, 0, 0, 0), 1e-6);
  }

  @Test
  void removeFilters_oneOfTheSharersExcepted_leavesAllOfThemWhole() {
    ComputationGraph smaller =
        Qat.removeFilters(TestNetworks.residual(7), FilterPruning.of(0.5).except("a"));
    assertArrayEquals(new long[] {6, 2, 3, 3}, smaller.getParam("stem_W").shape());
    assertArrayEquals(new long[] {2, 6, 3, 3}, smaller.getParam("b_W").shape());
  }

  /** The smaller network is an ordinary one: it trains, is prepared and deployed. */
  @Test
  void removeFilters_thenQuantized_deploysWithProportionallyFewerOperations() {
    ComputationGraph original = TestNetworks.residual(7);
    ComputationGraph smaller = Qat.removeFilters(original, FilterPruning.of(0.5));
    smaller.fit(TestNetworks.data(0, 16, DataType.FLOAT));
    assertEquals(1, smaller.getIterationCount());
    ComputationGraph prepared = Qat.prepare(smaller, QatConfig.int8());
    prepared.fit(TestNetworks.data(1, 16, DataType.FLOAT));
    INDArray images = TestNetworks.data(9, 8, DataType.FLOAT).getFeatures();
    Parity.requireSameCodes(prepared, Qat.convert(prepared), images);
    // stem 2 -> 3, a 3 -> 3, b 3 -> 2 at a quarter of the pixels, out 5 -> 4.
    assertEquals(
        100 * 9 * (2 * 3 + 3 * 3) + 25 * 9 * 3 * 2 + 5 * 4, Qat.convert(prepared).graph().macs());
  }

  @Test
  void removeFilters_original_isNotChanged() {
    ComputationGraph original = TestNetworks.residual(7);
    INDArray params = original.params().dup();
    Qat.removeFilters(original, FilterPruning.of(0.5));
    assertEquals(params, original.params());
    assertArrayEquals(new long[] {6, 2, 3, 3}, original.getParam("stem_W").shape());
  }

  private static MultiLayerNetwork withResponseNormalization() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(convolution("first"))
                .layer(new LocalResponseNormalization.Builder().name("lrn").build())
                .layer(convolution("second"))
                .layer(
                    new OutputLayer.Builder()
                        .name("out")
                        .nOut(4)
                        .activation(Activation.SOFTMAX)
                        .build())
                .setInputType(InputType.convolutional(8, 8, 1))
                .build());
    network.init();
    return network;
  }

  private static ConvolutionLayer convolution(String name) {
    return new ConvolutionLayer.Builder(3, 3)
        .name(name)
        .nOut(4)
        .activation(Activation.RELU)
        .build();
  }

  @Test
  void removeFilters_readerThatCannotBeFollowed_isNamed() {
    MultiLayerNetwork network = withResponseNormalization();
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () -> Qat.removeFilters(network, FilterPruning.of(0.5)));
    assertEquals(
        "no filter of layer 'first' can be removed: their channels reach layer 'lrn' (index 1,"
            + " LocalResponseNormalization), through which they cannot be followed; leave it whole"
            + " with FilterPruning.except(\"first\")",
        error.getMessage());
    MultiLayerNetwork smaller = Qat.removeFilters(network, FilterPruning.of(0.5).except("first"));
    assertEquals(List.of(4L, 2L, 4L), outputs(smaller));
    assertTrue(Double.isFinite(smaller.output(Nd4j.ones(1, 1, 8, 8)).sumNumber().doubleValue()));
  }

  @Test
  void removeFilters_ruleForNoLayer_namesThoseThatThereAre() {
    IllegalArgumentException error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Qat.removeFilters(TestNetworks.residual(7), FilterPruning.of(0).with("out", 0.5)));
    assertEquals(
        "no layer with filters matches 'out'; the layers with filters are [a, stem, b]",
        error.getMessage());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, -0.5, Double.NaN})
  void fraction_thatLeavesNothing_isRefused(double fraction) {
    String message =
        "the fraction of filters to remove must be at least 0 and less than 1, or a layer loses"
            + " all; got "
            + fraction;
    assertEquals(
        message,
        assertThrows(IllegalArgumentException.class, () -> FilterPruning.of(fraction))
            .getMessage());
    assertEquals(
        message,
        assertThrows(
                IllegalArgumentException.class, () -> FilterPruning.of(0.5).with("a", fraction))
            .getMessage());
  }

  @Test
  void removeFilters_ofPreparedNetwork_isRefused() {
    ComputationGraph prepared = Qat.prepare(TestNetworks.residual(7), QatConfig.int8());
    assertTrue(
        assertThrows(
                IllegalArgumentException.class,
                () -> Qat.removeFilters(prepared, FilterPruning.of(0.5)))
            .getMessage()
            .startsWith("this network was prepared already"));
  }

  @Test
  void removeFilters_whereThereAreNone_isRefused() {
    MultiLayerNetwork network =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list()
                .layer(new LSTM.Builder().nIn(3).nOut(4).build())
                .layer(new RnnOutputLayer.Builder().nIn(4).nOut(2).build())
                .build());
    network.init();
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> Qat.removeFilters(network, FilterPruning.of(0.5)))
            .getMessage();
    assertTrue(message.startsWith("no layer of this network has filters"), message);
  }
}
