package org.qat4j.onnx;

import java.util.Arrays;
import java.util.Set;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;

/** Reads operations that move pixels and change no number: padding with real 0, enlargement. */
final class ImageDecoder {
  private static final int SIZES = 3;

  /** For whole factors all of these repeat each pixel. */
  private static final Set<String> REPEATING =
      Set.of("asymmetric floor", "half_pixel round_prefer_floor", "half_pixel round_prefer_ceil");

  private ImageDecoder() {}

  static void pad(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(2, 4);
    String mode = node.text("mode", "constant");
    double value = node.hasInput(2) ? value(node, decoder) : 0;
    double zero =
        decoder.value(node, 0) instanceof Value.Codes codes
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
    long[] pads = numbers(node, 1, "pads", 8, decoder);
    boolean spatial = pads[0] == 0 && pads[1] == 0 && pads[4] == 0 && pads[5] == 0;
    if (!spatial || Arrays.stream(pads).anyMatch(pad -> pad < 0 || pad > Limits.WINDOW)) {
      throw node.error(
          "pads "
              + Arrays.toString(pads)
              + ", expected 0.."
              + Limits.WINDOW
              + ", for height and width only");
    }
    Op op = new Op.Pad((int) pads[2], (int) pads[3], (int) pads[6], (int) pads[7]);
    ShapeDecoder.sameValues(node, shape -> op, decoder);
  }

  private static double value(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    Constant constant = decoder.constant(node, 2, "value");
    return constant.isScalar() ? constant.at(0) : Double.NaN;
  }

  static void resize(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 4);
    String rounding =
        node.text("coordinate_transformation_mode", "half_pixel")
            + " "
            + node.text("nearest_mode", "round_prefer_floor");
    String mode = node.text("mode", "nearest");
    if (!mode.equals("nearest") || !REPEATING.contains(rounding)) {
      throw node.error(
          "resizes in mode '"
              + mode
              + " "
              + rounding
              + "', expected nearest neighbours, asymmetric and floor");
    }
    ShapeDecoder.sameValues(node, shape -> upsample(node, shape, decoder), decoder);
  }

  private static Op upsample(OnnxNode node, Shape input, GraphDecoder decoder)
      throws OnnxFormatException {
    double[] factors = factors(node, input, decoder);
    for (double factor : factors) {
      if (!(factor >= 1 && factor <= Limits.WINDOW && factor == Math.rint(factor))) {
        throw node.error("enlarges by " + Arrays.toString(factors) + ", expected whole factors");
      }
    }
    return new Op.Upsample((int) factors[0], (int) factors[1]);
  }

  private static double[] factors(OnnxNode node, Shape input, GraphDecoder decoder)
      throws OnnxFormatException {
    if (node.hasInput(SIZES)) {
      long[] sizes = numbers(node, SIZES, "sizes", 4, decoder);
      return new double[] {(double) sizes[2] / input.height(), (double) sizes[3] / input.width()};
    }
    Constant scales = decoder.constant(node, 2, "scales");
    if (scales.count() != 4 || scales.at(0) != 1 || scales.at(1) != 1) {
      throw node.error("has " + scales.count() + " scales, expected [1, 1, height, width]");
    }
    return new double[] {scales.at(2), scales.at(3)};
  }

  private static long[] numbers(
      OnnxNode node, int index, String what, int count, GraphDecoder decoder)
      throws OnnxFormatException {
    Constant constant = decoder.constant(node, index, what);
    if (constant.count() != count) {
      throw node.error("has " + constant.count() + " " + what + ", expected " + count);
    }
    return ShapeDecoder.numbers(constant);
  }
}
