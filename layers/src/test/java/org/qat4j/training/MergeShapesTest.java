package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.Consumer;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.layers.Schedule;
import org.qat4j.training.forms.UnsupportedLayerException;

/** Deeplearning4j broadcasts in sums; codes are added one by one. */
class MergeShapesTest {
  private static final int CLASSES = 3;

  private static ComputationGraph graph(DataType type, Consumer<GraphBuilder> layers) {
    GraphBuilder builder =
        new NeuralNetConfiguration.Builder().seed(1).dataType(type).graphBuilder();
    layers.accept(builder.addInputs("input"));
    ComputationGraph graph = new ComputationGraph(builder.setOutputs("out").build());
    graph.init();
    return graph;
  }

  private static DenseLayer dense(int in, int out) {
    return new DenseLayer.Builder().nIn(in).nOut(out).activation(Activation.RELU).build();
  }

  private static ConvolutionLayer convolution(int channels, int stride) {
    return new ConvolutionLayer.Builder(3, 3).stride(stride, stride).nIn(2).nOut(channels).build();
  }

  private static OutputLayer output(int in) {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nIn(in)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  private static String refusal(ComputationGraph graph) {
    return assertThrows(UnsupportedLayerException.class, () -> Qat.prepare(graph, QatConfig.int8()))
        .getMessage();
  }

  private static DataSet data(INDArray features) {
    INDArray labels = Nd4j.zeros(features.dataType(), features.size(0), CLASSES);
    labels.putColumn(0, Nd4j.ones(features.dataType(), features.size(0)));
    return new DataSet(features, labels);
  }

  @Test
  void prepare_sumThatBroadcastsFeatures_isRefusedWithWhatToDo() {
    ComputationGraph graph =
        graph(
            DataType.FLOAT,
            builder ->
                builder
                    .addLayer("wide", dense(5, 4), "input")
                    .addLayer("narrow", dense(5, 1), "input")
                    .addVertex(
                        "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "wide", "narrow")
                    .addLayer("out", output(4), "sum")
                    .setInputTypes(InputType.feedForward(5)));
    graph.fit(data(Nd4j.rand(DataType.FLOAT, 8, 5)));
    String message = refusal(graph);
    assertTrue(
        message.contains(
            "vertex 'sum' (index 3, ElementWiseVertex Add) cannot be quantized: it adds 'wide' with 4"
                + " channels or features and 'narrow' with 1, and codes are added without"
                + " broadcasting; give both the same shape"),
        message);
  }

  @Test
  void prepare_sumOfInputAndOtherChannelsWithoutInputTypes_isRefused() {
    ComputationGraph graph =
        graph(
            DataType.FLOAT,
            builder ->
                builder
                    .addLayer(
                        "one", new ConvolutionLayer.Builder(1, 1).nIn(2).nOut(1).build(), "input")
                    .addVertex(
                        "sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "one", "input")
                    .addLayer(
                        "mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "sum")
                    .addLayer("out", output(2), "mean"));
    graph.fit(data(Nd4j.rand(DataType.FLOAT, 8, 2, 3, 3)));
    String message = refusal(graph);
    assertTrue(
        message.contains("it adds 'one' with 1 channels or features and 'input' with 2"), message);
  }

  /** Images of 3x3 become equal, larger ones do not. */
  private static ComputationGraph spatial(DataType type, GraphVertex merge, int channels) {
    return graph(
        type,
        builder ->
            builder
                .addLayer("dense", convolution(4, 1), "input")
                .addLayer("sparse", convolution(4, 4), "input")
                .addVertex("both", merge, "dense", "sparse")
                .addLayer("mean", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), "both")
                .addLayer("out", output(channels), "mean"));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void sum_ofOtherImageSizes_isRefusedWheneverItIsComputed(DataType type) {
    ComputationGraph original = spatial(type, new ElementWiseVertex(ElementWiseVertex.Op.Add), 4);
    original.fit(data(Nd4j.rand(type, 8, 2, 5, 5)));
    requireRefusal(
        type,
        original,
        "adds inputs of the shapes [8, 4, 3, 3] and [8, 4, 1, 1], and codes are added without"
            + " broadcasting; give both the same shape");
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void concatenation_ofOtherImageSizes_isRefusedWheneverItIsComputed(DataType type) {
    requireRefusal(
        type,
        spatial(type, new MergeVertex(), 8),
        "joins inputs of the shapes [8, 4, 3, 3] and [8, 4, 1, 1], and only the numbers of channels"
            + " may differ; give both the same height and width");
  }

  private static void requireRefusal(DataType type, ComputationGraph original, String reason) {
    String expected = "vertex 'both' " + reason;
    INDArray unequal = Nd4j.rand(type, 8, 2, 5, 5);
    ComputationGraph floating = Qat.prepare(original, QatConfig.floatingPoint());
    ComputationGraph quantized =
        Qat.prepare(
            original, QatConfig.builder().schedule(new Schedule(1, 9, Schedule.NEVER)).build());
    for (ComputationGraph network : new ComputationGraph[] {floating, quantized}) {
      assertEquals(expected, message(() -> network.fit(data(unequal))));
      assertEquals(expected, message(() -> network.output(unequal)));
      network.fit(data(Nd4j.rand(type, 8, 2, 3, 3)));
      network.fit(data(Nd4j.rand(type, 8, 2, 3, 3)));
      assertEquals(expected, message(() -> network.output(unequal)), "once it infers in integers");
      assertEquals(expected, message(() -> network.fit(data(unequal))));
    }
    String conversion =
        assertThrows(IllegalArgumentException.class, () -> Qat.convert(quantized)).getMessage();
    assertTrue(conversion.startsWith("node 'both' ("), conversion);
  }

  private static String message(org.junit.jupiter.api.function.Executable action) {
    return assertThrows(DL4JInvalidInputException.class, action).getMessage();
  }

  /** What a failed pass leaves behind lies in workspaces that are closed. */
  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void fit_afterAPassThatFailed_trainsAsIfItHadNotBeen(DataType type) {
    ComputationGraph prepared = Qat.prepare(afterTheSumAConvolution(type), QatConfig.int8());
    ComputationGraph spared = prepared.clone();
    INDArray tooSmall = Nd4j.rand(type, 4, 2, 4, 4);
    assertThrows(RuntimeException.class, () -> prepared.fit(data(tooSmall)));
    assertThrows(RuntimeException.class, () -> prepared.output(tooSmall));
    DataSet data = data(Nd4j.rand(type, 4, 2, 9, 9));
    prepared.fit(data);
    spared.fit(data);
    assertEquals(spared.params(), prepared.params());
    assertEquals(
        spared.outputSingle(data.getFeatures()), prepared.outputSingle(data.getFeatures()));
  }

  /** On images of 4x4 the last kernel does not fit. */
  private static ComputationGraph afterTheSumAConvolution(DataType type) {
    return graph(
        type,
        builder ->
            builder
                .addLayer("left", convolution(2, 1), "input")
                .addLayer("right", convolution(2, 1), "input")
                .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "left", "right")
                .addLayer("behind", convolution(2, 1), "sum")
                .addLayer("pool", new GlobalPoolingLayer(PoolingType.AVG), "behind")
                .addLayer("out", output(2), "pool"));
  }
}
