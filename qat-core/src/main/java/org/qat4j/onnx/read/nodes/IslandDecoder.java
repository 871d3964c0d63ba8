package org.qat4j.onnx.read.nodes;

import java.util.List;
import java.util.Set;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.RealConstant;
import org.qat4j.onnx.read.values.Value;

/**
 * Float islands: which nodes belong to them though their operators can run in integers, and what
 * their results are.
 */
final class IslandDecoder {
  private static final Set<String> LAYERS = Set.of("Conv", "Gemm", "MatMul");

  /** These join any pending result without a QuantizeLinear between. */
  private static final Set<String> CLIPS = Set.of("Relu", "Clip");

  private IslandDecoder() {}

  /** Whether a node that has an integer form cannot have it where it stands. */
  static boolean isNeeded(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    if (node.inputCount() == 0) {
      return false;
    }
    Value first = decoding.value(node, 0);
    if (CLIPS.contains(node.op())) {
      return isReal(first);
    }
    if (LAYERS.contains(node.op())) {
      return isActivation(first)
          && node.inputCount() > 1
          && !(isCodes(first) && decoding.value(node, 1) instanceof Value.Weight);
    }
    if (node.op().equals("Add")) {
      return node.inputCount() == 2 && !isIntegerAdd(first, decoding.value(node, 1), decoding);
    }
    int inputs = node.op().equals("Concat") ? node.inputCount() : 1;
    boolean anyReal = false;
    for (int i = 0; i < inputs; i++) {
      Value value = decoding.value(node, i);
      anyReal |= isActivation(value) && !isCodes(value);
    }
    return anyReal;
  }

  private static boolean isIntegerAdd(Value a, Value b, Decoding decoding) {
    if (isCodes(a) && isCodes(b)) {
      return ((Pending) a).shape().equals(((Pending) b).shape());
    }
    return isBias(a, b, decoding) || isBias(b, a, decoding);
  }

  /** Whether a constant is a layer's bias, and nothing reads the layer without it. */
  private static boolean isBias(Value layer, Value constant, Decoding decoding) {
    return RealConstant.of(constant).isPresent()
        && layer instanceof Pending pending
        && pending.isBareLayer()
        && ((Pending.Layer) pending.origin()).op().takesBias()
        && decoding.consumers(pending.name()).size() == 1
        && !decoding.isOutput(pending.name());
  }

  /** Real numbers that are there already: float computation goes on with them. */
  private static boolean isReal(Value value) {
    return value instanceof Value.Given || value instanceof Value.Result;
  }

  private static boolean isActivation(Value value) {
    return isReal(value) || value instanceof Pending;
  }

  private static boolean isCodes(Value value) {
    return value instanceof Pending pending && pending.isCodes();
  }

  /** Adds an operation on real numbers, in front of the integers or behind. */
  static void define(OnnxNode node, Op op, List<Tensor> inputs, Decoding decoding)
      throws OnnxFormatException {
    define(node, op, inputs, node.output(), decoding);
  }

  /** The same with the name that a node behind gives the result. */
  static void define(OnnxNode node, Op op, List<Tensor> inputs, String output, Decoding decoding)
      throws OnnxFormatException {
    Tensor result = decoding.emit(node, op, inputs, output, new Tensor.Real());
    boolean inFront = InputScaling.isInFront(node, decoding);
    decoding.define(output, inFront ? new Value.Given(result) : new Value.Result(result));
  }
}
