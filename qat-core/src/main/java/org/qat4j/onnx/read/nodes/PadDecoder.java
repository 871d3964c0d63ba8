package org.qat4j.onnx.read.nodes;

import java.util.Arrays;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Value;

/** Reads padding with real 0, which changes no number. */
final class PadDecoder {
  private PadDecoder() {}

  static void pad(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 4);
    String mode = node.text("mode", "constant");
    double value = node.hasInput(2) ? value(node, decoding) : 0;
    double zero =
        decoding.value(node, 0) instanceof Value.Codes codes
            ? codes.tensor().params().zeroPoint()
            : 0;
    if (!mode.equals("constant") || value != zero || node.hasInput(3)) {
      throw node.error(
          "pads in mode '"
              + mode
              + "' with "
              + value
              + ", expected "
              + zero
              + ", which is real 0, on all axes");
    }
    long[] pads = pads(node, decoding);
    boolean spatial = pads[0] == 0 && pads[1] == 0 && pads[4] == 0 && pads[5] == 0;
    if (!spatial || Arrays.stream(pads).anyMatch(pad -> pad < 0 || pad > FormatLimits.WINDOW)) {
      throw node.error(
          "pads "
              + Arrays.toString(pads)
              + ", expected 0.."
              + FormatLimits.WINDOW
              + ", for height and width only");
    }
    Op op = new MoveOp.Pad((int) pads[2], (int) pads[3], (int) pads[6], (int) pads[7]);
    MoveDecoder.define(node, shape -> op, decoding);
  }

  private static double value(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Constant constant = decoding.constant(node, 2, "value");
    return constant.isScalar() ? constant.at(0) : Double.NaN;
  }

  private static long[] pads(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Constant constant = decoding.constant(node, 1, "pads");
    if (constant.count() != 8) {
      throw node.error("has " + constant.count() + " pads, expected 8");
    }
    return constant.integers();
  }
}
