package org.qat4j.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.point;
import static org.qat4j.layers.recurrent.RecurrentNetworks.BATCH;
import static org.qat4j.layers.recurrent.RecurrentNetworks.TIME;
import static org.qat4j.layers.recurrent.RecurrentNetworks.embedding;
import static org.qat4j.layers.recurrent.RecurrentNetworks.graves;
import static org.qat4j.layers.recurrent.RecurrentNetworks.lstm;
import static org.qat4j.layers.recurrent.RecurrentNetworks.mask;
import static org.qat4j.layers.recurrent.RecurrentNetworks.network;
import static org.qat4j.layers.recurrent.RecurrentNetworks.output;
import static org.qat4j.layers.recurrent.RecurrentNetworks.simple;
import static org.qat4j.layers.recurrent.RecurrentNetworks.words;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.conf.constraint.MaxNormConstraint;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.weightnoise.IWeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Outputs, losses and gradients of prepared recurrent networks are those of the original. */
class RecurrentEqualityTest {
  private interface Original {
    MultiLayerNetwork of(DataType type);
  }

  /** Drops the same values each time: those of even features at even steps. */
  private static final class Halving implements IDropout {
    private static final long serialVersionUID = 1L;

    private static INDArray halved(INDArray values, INDArray to) {
      to.assign(values);
      for (long f = 0; f < values.size(1); f += 2) {
        for (long t = 0; t < values.size(2); t += 2) {
          to.get(all(), point(f), point(t)).muli(0.5);
        }
      }
      return to;
    }

    @Override
    public INDArray applyDropout(
        INDArray values, INDArray to, int iteration, int epoch, LayerWorkspaceMgr workspace) {
      return halved(values, to);
    }

    @Override
    public INDArray backprop(INDArray gradient, INDArray to, int iteration, int epoch) {
      return halved(gradient.dup(), to);
    }

    @Override
    public void clear() {
      // Keeps nothing.
    }

    @Override
    public IDropout clone() {
      return new Halving();
    }
  }

  /** Noise that is the same each time: of weights nine tenths are left. */
  public static final class Shrinking implements IWeightNoise {
    private static final long serialVersionUID = 1L;

    @Override
    public INDArray getParameter(
        Layer layer,
        String key,
        int iteration,
        int epoch,
        boolean train,
        LayerWorkspaceMgr workspace) {
      INDArray own = layer.getParam(key);
      boolean noisy =
          train
              && layer.conf().getLayer().initializer().isWeightParam(layer.conf().getLayer(), key);
      return noisy ? own.mul(0.9) : own;
    }

    @Override
    public IWeightNoise clone() {
      return new Shrinking();
    }
  }

  private static Arguments named(String name, Original original) {
    return Arguments.of(name, original);
  }

  static Stream<Arguments> networks() {
    return Stream.of(
        named(
            "lstm", t -> network(t, b -> {}, embedding(4), lstm(4, 6).build(), output(6).build())),
        named(
            "two lstm of one unit and more",
            t ->
                network(
                    t,
                    b -> {},
                    embedding(1),
                    lstm(1, 1).build(),
                    lstm(1, 7).build(),
                    output(7).build())),
        named(
            "peepholes",
            t -> network(t, b -> {}, embedding(4), graves(4, 5).build(), output(5).build())),
        named(
            "simple",
            t -> network(t, b -> {}, embedding(4), simple(4, 5).build(), output(5).build())),
        named(
            "other activations",
            t ->
                network(
                    t,
                    b -> {},
                    embedding(4),
                    lstm(4, 5)
                        .activation(Activation.SOFTSIGN)
                        .gateActivationFunction(Activation.HARDSIGMOID)
                        .build(),
                    graves(5, 3).activation(Activation.RELU).build(),
                    simple(3, 3).activation(Activation.SIGMOID).build(),
                    output(3).build())),
        named(
            "bidirectional",
            t ->
                network(
                    t,
                    b -> {},
                    embedding(4),
                    new Bidirectional(Bidirectional.Mode.CONCAT, lstm(4, 3).build()),
                    new Bidirectional(Bidirectional.Mode.ADD, graves(6, 3).build()),
                    output(3).build())),
        named(
            "settings",
            t ->
                network(
                    t,
                    b ->
                        b.l1(0.01)
                            .l2(0.02)
                            .l2Bias(0.01)
                            .biasInit(0.3)
                            .gradientNormalization(
                                GradientNormalization.ClipElementWiseAbsoluteValue)
                            .gradientNormalizationThreshold(0.05)
                            .constrainWeights(new MaxNormConstraint(0.8, 0)),
                    embedding(4),
                    lstm(4, 6).dropOut(new Halving()).build(),
                    simple(6, 5).dropOut(new Halving()).build(),
                    output(5).build())),
        named(
            "product and mean of both directions",
            t ->
                network(
                    t,
                    b -> {},
                    embedding(4),
                    new Bidirectional(Bidirectional.Mode.MUL, lstm(4, 3).build()),
                    new Bidirectional(Bidirectional.Mode.AVERAGE, simple(3, 3).build()),
                    output(3).build())),
        named(
            "squared error",
            t ->
                network(
                    t,
                    b -> {},
                    embedding(4),
                    lstm(4, 6).build(),
                    output(6)
                        .activation(Activation.IDENTITY)
                        .lossFunction(LossFunction.MSE)
                        .build())),
        named(
            "weight noise",
            t ->
                network(
                    t,
                    b -> b.weightNoise(new Shrinking()),
                    embedding(4),
                    lstm(4, 6).build(),
                    graves(6, 3).build(),
                    output(3).build())),
        named(
            "without workspaces",
            t ->
                network(
                    t,
                    b ->
                        b.trainingWorkspaceMode(WorkspaceMode.NONE)
                            .inferenceWorkspaceMode(WorkspaceMode.NONE),
                    embedding(4),
                    lstm(4, 6).build(),
                    output(6).build())));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void inDouble_equalsTheOriginal(String name, Original original) {
    for (int[] shape : new int[][] {{BATCH, TIME}, {1, TIME}, {BATCH, 1}, {1, 1}}) {
      compare(original.of(DataType.DOUBLE), words(DataType.DOUBLE, shape[0], shape[1]), 1e-10);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void inFloat_equalsTheOriginal(String name, Original original) {
    for (int[] shape : new int[][] {{BATCH, TIME}, {1, TIME}, {BATCH, 1}}) {
      compare(original.of(DataType.FLOAT), words(DataType.FLOAT, shape[0], shape[1]), 2e-5);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void masked_equalsTheOriginal(String name, Original original) {
    DataSet data = words(DataType.DOUBLE, BATCH, TIME);
    data.setFeaturesMaskArray(mask(DataType.DOUBLE, BATCH, TIME));
    data.setLabelsMaskArray(mask(DataType.DOUBLE, BATCH, TIME));
    compare(original.of(DataType.DOUBLE), data, 1e-10);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void trained_restoresToWhatTheOriginalBecomes(String name, Original original) {
    MultiLayerNetwork stock = original.of(DataType.DOUBLE);
    MultiLayerNetwork fast = Qat.prepare(stock, QatConfig.floatingPoint());
    MultiLayerNetwork untrained = stock.clone();
    for (int i = 0; i < 3; i++) {
      DataSet data = words(new java.util.Random(i), DataType.DOUBLE, BATCH, TIME);
      stock.fit(data);
      fast.fit(data);
    }
    MultiLayerNetwork restored = Qat.restore(fast, untrained);
    assertClose(stock.params(), restored.params(), 1e-9, "parameters");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("saved")
  void savedAndLoaded_trainsOnAsTheOriginal(String name, Original original) throws IOException {
    MultiLayerNetwork stock = original.of(DataType.DOUBLE);
    MultiLayerNetwork fast = Qat.prepare(stock, QatConfig.floatingPoint());
    DataSet data = words(DataType.DOUBLE, BATCH, TIME);
    stock.fit(data);
    fast.fit(data);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ModelSerializer.writeModel(fast, bytes, true);
    MultiLayerNetwork loaded =
        ModelSerializer.restoreMultiLayerNetwork(
            new ByteArrayInputStream(bytes.toByteArray()), true);
    for (int i = 0; i < 3; i++) {
      stock.fit(data);
      loaded.fit(data);
    }
    assertClose(stock.params(), loaded.params(), 1e-9, "parameters");
  }

  /** Those without functions of this test, which no file can name. */
  static Stream<Arguments> saved() {
    return networks().filter(each -> !"settings".equals(each.get()[0]));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void asGraph_equalsTheOriginal(String name, Original original) {
    ComputationGraph stock = original.of(DataType.DOUBLE).toComputationGraph();
    ComputationGraph fast = Qat.prepare(stock, QatConfig.floatingPoint());
    DataSet data = words(DataType.DOUBLE, BATCH, TIME);
    assertClose(
        stock.outputSingle(data.getFeatures()),
        fast.outputSingle(data.getFeatures()),
        1e-10,
        "output");
    for (int i = 0; i < 3; i++) {
      stock.fit(data);
      fast.fit(data);
    }
    assertClose(stock.params(), fast.params(), 1e-9, "parameters");
    assertEquals(stock.score(), fast.score(), 1e-9);
  }

  static void compare(MultiLayerNetwork stock, DataSet data, double tolerance) {
    MultiLayerNetwork fast = Qat.prepare(stock, QatConfig.floatingPoint());
    assertClose(
        stock.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null),
        fast.output(data.getFeatures(), false, data.getFeaturesMaskArray(), null),
        tolerance,
        "output");
    assertEquals(stock.score(data), fast.score(data), tolerance, "score");
    Map<String, INDArray> expected = gradients(stock, data);
    Map<String, INDArray> actual = gradients(fast, data);
    assertEquals(expected.keySet(), actual.keySet());
    expected.forEach((key, value) -> assertClose(value, actual.get(key), tolerance, key));
    assertEquals(stock.score(), fast.score(), tolerance, "score of the step");
  }

  static Map<String, INDArray> gradients(MultiLayerNetwork network, DataSet data) {
    network.setInput(data.getFeatures());
    network.setLabels(data.getLabels());
    network.setLayerMaskArrays(data.getFeaturesMaskArray(), data.getLabelsMaskArray());
    network.computeGradientAndScore();
    network.clearLayerMaskArrays();
    return network.gradient().gradientForVariable();
  }

  static void assertClose(INDArray expected, INDArray actual, double tolerance, String what) {
    assertArrayEquals(expected.shape(), actual.shape(), what);
    double scale = 1 + expected.amaxNumber().doubleValue();
    double difference = expected.sub(actual).amaxNumber().doubleValue();
    assertEquals(0, Math.abs(difference) / scale, tolerance, what);
  }
}
