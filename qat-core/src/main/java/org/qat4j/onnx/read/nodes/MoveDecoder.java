package org.qat4j.onnx.read.nodes;

import java.util.List;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.Value;

/** Reads operations that keep the scale, so that they work on codes as on real numbers. */
final class MoveDecoder {
  private MoveDecoder() {}

  /**
   * An operation that works on real numbers, on codes, and on real numbers that stand for codes.
   */
  @FunctionalInterface
  interface OfShape {
    Op op(Shape input) throws OnnxFormatException;
  }

  /** Applies an operation that keeps the scale to whatever the node's input is. */
  static void define(OnnxNode node, OfShape operation, Decoding decoding)
      throws OnnxFormatException {
    Value input = decoding.value(node, 0);
    Op op = operation.op(decoding.shape(node));
    if (input instanceof Pending pending) {
      decoding.define(node.output(), pending.withStep(node, op));
    } else if (input instanceof Value.Codes codes) {
      decoding.define(node.output(), new Value.Codes(emit(node, op, codes.tensor(), decoding)));
    } else if (input instanceof Value.Given given && isFree(op)) {
      decoding.define(node.output(), new Value.Given(emit(node, op, given.tensor(), decoding)));
    } else if (input instanceof Value.Result result && isFree(op)) {
      decoding.define(node.output(), new Value.Result(emit(node, op, result.tensor(), decoding)));
    } else if (decoding.allowsFloat()
        && (input instanceof Value.Given || input instanceof Value.Result)) {
      IslandDecoder.define(node, op, List.of(decoding.real(node, 0)), decoding);
    } else {
      throw node.error(
          "its input '"
              + node.input(0)
              + "' is "
              + input.kind()
              + decoding.orFloat("put it between DequantizeLinear and QuantizeLinear"));
    }
  }

  /** Whether real numbers may be moved so though no float island is allowed. */
  private static boolean isFree(Op op) {
    return op instanceof MoveOp.Flatten || op instanceof MoveOp.Steps;
  }

  private static Tensor emit(OnnxNode node, Op op, Tensor input, Decoding decoding)
      throws OnnxFormatException {
    return decoding.emit(node, op, List.of(input), node.output(), input.type());
  }
}
