package org.qat4j.onnx.read.nodes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Sizes;
import org.qat4j.onnx.read.values.Value;

/** Reads enlargement to nearest neighbours by whole factors, which repeats each pixel. */
final class ResizeDecoder {
  private static final int SCALES = 2;
  private static final int SIZES = 3;
  private static final int RANK = 4;

  /** For whole factors all of these repeat each pixel. */
  private static final Set<String> REPEATING =
      Set.of(
          "asymmetric floor",
          "half_pixel round_prefer_floor",
          "half_pixel round_prefer_ceil",
          "half_pixel_symmetric round_prefer_floor",
          "half_pixel_symmetric round_prefer_ceil",
          "pytorch_half_pixel round_prefer_floor",
          "pytorch_half_pixel round_prefer_ceil");

  private ResizeDecoder() {}

  static void resize(OnnxNode node, Decoding decoding) throws OnnxFormatException {
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
    requireDefault(node, "antialias");
    requireDefault(node, "exclude_outside");
    MoveDecoder.define(node, shape -> upsample(node, shape, decoding), decoding);
  }

  private static void requireDefault(OnnxNode node, String attribute) throws OnnxFormatException {
    if (node.integer(attribute, 0) != 0) {
      throw node.error(
          "has "
              + attribute
              + " "
              + node.integer(attribute, 0)
              + ", expected 0: nearest neighbours are not filtered");
    }
  }

  private static Op upsample(OnnxNode node, Shape input, Decoding decoding)
      throws OnnxFormatException {
    if (!input.isImage()) {
      throw node.error("needs an image [N, channels, height, width], got features " + input);
    }
    double[] factors = factors(node, input, decoding);
    boolean enlarges = factors[0] == 1 && factors[1] == 1;
    for (double factor : factors) {
      enlarges &= factor >= 1 && factor <= FormatLimits.WINDOW && factor == Math.rint(factor);
    }
    if (!enlarges) {
      throw node.error(
          "resizes batch, channels, height and width by "
              + Arrays.toString(factors)
              + ", expected 1, 1 and whole factors");
    }
    return new MoveOp.Upsample((int) factors[2], (int) factors[3]);
  }

  /** For batch, channels, height and width. */
  private static double[] factors(OnnxNode node, Shape input, Decoding decoding)
      throws OnnxFormatException {
    boolean bySizes = isGiven(node, SIZES, decoding);
    if (bySizes == isGiven(node, SCALES, decoding)) {
      throw node.error("needs either scales or sizes, got " + (bySizes ? "both" : "neither"));
    }
    return bySizes ? ofSizes(node, input, decoding) : ofScales(node, decoding);
  }

  /** An input that is there may be empty. */
  private static boolean isGiven(OnnxNode node, int index, Decoding decoding)
      throws OnnxFormatException {
    return node.hasInput(index)
        && !(decoding.value(node, index) instanceof Value.Fixed fixed
            && fixed.constant().count() == 0);
  }

  private static double[] ofScales(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Constant scales = decoding.constant(node, SCALES, "scales");
    int[] axes = axes(node, scales.count(), "scales");
    double[] factors = {1, 1, 1, 1};
    for (int i = 0; i < axes.length; i++) {
      factors[axes[i]] = scales.at(i);
    }
    return factors;
  }

  private static double[] ofSizes(OnnxNode node, Shape input, Decoding decoding)
      throws OnnxFormatException {
    String policy = node.text("keep_aspect_ratio_policy", "stretch");
    if (!policy.equals("stretch")) {
      throw node.error(
          "has sizes with keep_aspect_ratio_policy '"
              + policy
              + "', expected 'stretch': export it with scales");
    }
    Sizes sizes = decoding.sizes(node, SIZES, "sizes");
    int[] axes = axes(node, sizes.count(), "sizes");
    double[] factors = {1, 1, 1, 1};
    for (int i = 0; i < axes.length; i++) {
      Optional<Long> size = sizes.number(i);
      factors[axes[i]] =
          axes[i] == 0
              ? sizes.isBatch(i, decoding.batch()) ? 1 : Double.NaN
              : size.isPresent() ? (double) size.get() / input.dims()[axes[i] - 1] : Double.NaN;
    }
    return factors;
  }

  /** The dimensions that scales or sizes are for: all four where none are named. */
  private static int[] axes(OnnxNode node, int count, String what) throws OnnxFormatException {
    List<Long> named = node.numbers("axes").orElse(List.of(0L, 1L, 2L, 3L));
    int[] axes =
        named.stream()
            .mapToLong(axis -> axis < 0 ? axis + RANK : axis)
            .filter(axis -> axis >= 0 && axis < RANK)
            .distinct()
            .mapToInt(axis -> (int) axis)
            .toArray();
    if (axes.length != named.size() || axes.length != count) {
      throw node.error(
          "has "
              + count
              + " "
              + what
              + " for axes "
              + named
              + " of an image, expected one for each");
    }
    return axes;
  }
}
