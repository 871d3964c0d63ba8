package org.qat4j.onnx.read.nodes;

import java.util.Set;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.RealConstant;
import org.qat4j.onnx.read.values.Value;

/**
 * What may be computed with real numbers though no float island is allowed: the model's input plus,
 * minus, times and divided by constants, before its first QuantizeLinear.
 */
final class InputScaling {
  private static final Set<String> OPS = Set.of("Add", "Sub", "Mul", "Div", "BatchNormalization");

  private InputScaling() {}

  static boolean isInFront(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    if (!OPS.contains(node.op()) || node.inputCount() < 2) {
      return false;
    }
    Value first = decoding.value(node, 0);
    Value second = decoding.value(node, 1);
    return (isInput(first, decoding) && RealConstant.of(second).isPresent())
        || (isInput(second, decoding) && RealConstant.of(first).isPresent());
  }

  /** The input itself, real or dequantized, or what was computed of it in front. */
  private static boolean isInput(Value value, Decoding decoding) {
    return value instanceof Value.Given
        || (value instanceof Pending pending
            && pending.previous().isEmpty()
            && pending.origin() instanceof Pending.Dequantized origin
            && decoding.isInput(origin.codes()));
  }
}
