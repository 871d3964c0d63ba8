package org.qat4j.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.graph.RealOp;
import org.qat4j.graph.Tensor;

/** Reads the nodes that cannot run in integers as operations on real numbers: float islands. */
final class IslandDecoder {
  /** Everything that can run in float. What is not here moves numbers only. */
  static final Map<String, NodeDecoder> ALL =
      Map.ofEntries(
          Map.entry("Conv", RealLayerDecoder::conv),
          Map.entry("Gemm", RealLayerDecoder::gemm),
          Map.entry("MatMul", RealLayerDecoder::matMul),
          Map.entry("BatchNormalization", RealLayerDecoder::batchNorm),
          Map.entry("Add", ScaleShiftDecoder::add),
          Map.entry("Sub", ScaleShiftDecoder::sub),
          Map.entry("Mul", ScaleShiftDecoder::mul),
          Map.entry("Div", ScaleShiftDecoder::div),
          Map.entry("Concat", IslandDecoder::concat),
          Map.entry(
              "Relu", (node, decoder) -> function(node, new RealOp.Clamp(Clip.RELU), decoder)),
          Map.entry("Clip", IslandDecoder::clip),
          Map.entry("LeakyRelu", IslandDecoder::leakyRelu),
          Map.entry("Sigmoid", (node, decoder) -> function(node, new RealOp.Sigmoid(), decoder)),
          Map.entry("Tanh", (node, decoder) -> function(node, new RealOp.Tanh(), decoder)),
          Map.entry("HardSigmoid", IslandDecoder::hardSigmoid),
          Map.entry(
              "HardSwish", (node, decoder) -> function(node, new RealOp.HardSwish(), decoder)),
          Map.entry("AveragePool", IslandDecoder::averagePool),
          Map.entry("GlobalAveragePool", IslandDecoder::globalAveragePool),
          Map.entry("ReduceMean", IslandDecoder::reduceMean));

  private static final Set<String> LAYERS = Set.of("Conv", "Gemm", "MatMul");

  /** These join any pending result without a QuantizeLinear between. */
  private static final Set<String> CLIPS = Set.of("Relu", "Clip");

  private IslandDecoder() {}

  /** Whether a node that has an integer form cannot have it where it stands. */
  static boolean isNeeded(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    if (node.inputCount() == 0) {
      return false;
    }
    Value first = decoder.value(node, 0);
    if (CLIPS.contains(node.op())) {
      return isReal(first);
    }
    if (LAYERS.contains(node.op())) {
      return isActivation(first)
          && node.inputCount() > 1
          && !(isCodes(first) && decoder.value(node, 1) instanceof Value.Weight);
    }
    if (node.op().equals("Add")) {
      return node.inputCount() == 2 && !isIntegerAdd(first, decoder.value(node, 1), decoder);
    }
    int inputs = node.op().equals("Concat") ? node.inputCount() : 1;
    boolean anyReal = false;
    for (int i = 0; i < inputs; i++) {
      Value value = decoder.value(node, i);
      anyReal |= isActivation(value) && !isCodes(value);
    }
    return anyReal;
  }

  private static boolean isIntegerAdd(Value a, Value b, GraphDecoder decoder) {
    if (isCodes(a) && isCodes(b)) {
      return ((Pending) a).shape().equals(((Pending) b).shape());
    }
    return isBias(a, b, decoder) || isBias(b, a, decoder);
  }

  /** Whether a constant is a layer's bias, and nothing reads the layer without it. */
  private static boolean isBias(Value layer, Value constant, GraphDecoder decoder) {
    return RealConstant.of(constant).isPresent()
        && layer instanceof Pending pending
        && pending.isBareLayer()
        && ((Pending.Layer) pending.origin()).op().takesBias()
        && decoder.consumers(pending.name()).size() == 1
        && !decoder.isOutput(pending.name());
  }

  /** Real numbers that are there already: float computation goes on with them. */
  private static boolean isReal(Value value) {
    return value instanceof Value.Given || value instanceof Value.Result;
  }

  private static boolean isActivation(Value value) {
    return isReal(value) || value instanceof Pending;
  }

  private static boolean isCodes(Value value) {
    return value instanceof Pending pending && Emitter.isCodes(pending);
  }

  static void emit(OnnxNode node, RealOp op, List<Tensor> inputs, GraphDecoder decoder)
      throws OnnxFormatException {
    Tensor result = decoder.emit(node, new Op.Real(op), inputs, node.output(), new Tensor.Real());
    boolean inFront = InputScaling.isInFront(node, decoder);
    decoder.define(node.output(), inFront ? new Value.Given(result) : new Value.Result(result));
  }

  private static void function(OnnxNode node, RealOp op, GraphDecoder decoder)
      throws OnnxFormatException {
    node.requireInputs(1, 1);
    emit(node, op, List.of(decoder.real(node, 0)), decoder);
  }

  private static void clip(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 3);
    RealOp op = new RealOp.Clamp(ActivationDecoder.realBounds(node, decoder));
    emit(node, op, List.of(decoder.real(node, 0)), decoder);
  }

  private static void leakyRelu(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    function(node, new RealOp.LeakyRelu(node.real("alpha", 0.01f)), decoder);
  }

  private static void hardSigmoid(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    function(
        node, new RealOp.HardSigmoid(node.real("alpha", 0.2f), node.real("beta", 0.5f)), decoder);
  }

  private static void concat(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, Integer.MAX_VALUE);
    List<Tensor> inputs = new ArrayList<>();
    for (int i : IntStream.range(0, node.inputCount()).toArray()) {
      inputs.add(decoder.real(node, i));
    }
    JoinDecoder.requireChannels(node, inputs.get(0).shape());
    emit(node, new RealOp.Concat(), inputs, decoder);
  }

  private static void averagePool(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Tensor input = decoder.real(node, 0);
    boolean countPadding = node.integer("count_include_pad", 0) != 0;
    RealOp op = new RealOp.AveragePool(PoolDecoder.window(node, input.shape()), countPadding);
    emit(node, op, List.of(input), decoder);
  }

  private static void globalAveragePool(OnnxNode node, GraphDecoder decoder)
      throws OnnxFormatException {
    function(node, new RealOp.GlobalAveragePool(), decoder);
  }

  private static void reduceMean(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    PoolDecoder.requireSpatial(node, decoder);
    List<Tensor> input = List.of(decoder.real(node, 0));
    if (node.integer("keepdims", 1) != 0) {
      emit(node, new RealOp.GlobalAveragePool(), input, decoder);
      return;
    }
    Op mean = new Op.Real(new RealOp.GlobalAveragePool());
    String name = decoder.tensorName(node.output() + "/mean");
    Tensor image = decoder.emit(node, mean, input, name, new Tensor.Real());
    Tensor result =
        decoder.emit(node, new Op.Flatten(), List.of(image), node.output(), new Tensor.Real());
    decoder.define(node.output(), new Value.Result(result));
  }
}
