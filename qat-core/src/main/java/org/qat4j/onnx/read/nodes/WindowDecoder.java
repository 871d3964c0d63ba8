package org.qat4j.onnx.read.nodes;

import java.util.Arrays;
import java.util.Optional;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;

/**
 * Reads the geometry of convolution and pooling; automatic padding and rounding up become explicit
 * padding.
 */
final class WindowDecoder {
  private static final int[] ONES = {1, 1};

  private WindowDecoder() {}

  /**
   * @param kernel of the weights; empty for pooling, whose kernel is an attribute
   */
  static Window of(OnnxNode node, Shape input, Optional<int[]> kernel) throws OnnxFormatException {
    int[] size = kernel(node, kernel);
    int[] strides = node.sizes("strides", 2).orElse(ONES);
    int[] dilations = node.sizes("dilations", 2).orElse(ONES);
    int[] image = {input.height(), input.width()};
    requirePositive(node, size, strides, dilations);
    int[] extent = {extent(size, dilations, 0), extent(size, dilations, 1)};
    int[] pads = pads(node, image, extent, strides);
    if (node.integer("ceil_mode", 0) != 0) {
      padForRoundingUp(node, image, extent, strides, pads);
    }
    for (int i = 0; i < 4; i++) {
      // A convolution of padding alone is its bias; no pooling window may be without a pixel.
      if (kernel.isEmpty() && pads[i] >= extent[i % 2]) {
        throw node.error(
            "padding "
                + Arrays.toString(pads)
                + " is not smaller than the kernel "
                + Arrays.toString(extent));
      }
    }
    return new Window(
        size[0],
        size[1],
        strides[0],
        strides[1],
        pads[0],
        pads[1],
        pads[2],
        pads[3],
        dilations[0],
        dilations[1]);
  }

  private static int[] kernel(OnnxNode node, Optional<int[]> weights) throws OnnxFormatException {
    Optional<int[]> attribute = node.sizes("kernel_shape", 2);
    if (weights.isEmpty() && attribute.isEmpty()) {
      throw node.error("attribute 'kernel_shape' is missing");
    }
    if (weights.isPresent()
        && attribute.isPresent()
        && !Arrays.equals(weights.get(), attribute.get())) {
      throw node.error(
          "kernel_shape is "
              + Arrays.toString(attribute.get())
              + ", but the weights are for "
              + Arrays.toString(weights.get()));
    }
    return attribute.orElseGet(weights::orElseThrow);
  }

  private static void requirePositive(OnnxNode node, int[] size, int[] strides, int[] dilations)
      throws OnnxFormatException {
    boolean positive =
        Math.min(size[0], size[1]) > 0
            && Math.min(strides[0], strides[1]) > 0
            && Math.min(dilations[0], dilations[1]) > 0;
    if (!positive || (long) size[0] * size[1] > FormatLimits.WINDOW) {
      throw node.error(
          "kernel "
              + Arrays.toString(size)
              + ", strides "
              + Arrays.toString(strides)
              + " and dilations "
              + Arrays.toString(dilations)
              + " must be at least 1, the kernel's area at most "
              + FormatLimits.WINDOW);
    }
  }

  private static int extent(int[] size, int[] dilations, int axis) {
    return (int) Math.min(Integer.MAX_VALUE, (size[axis] - 1L) * dilations[axis] + 1);
  }

  /** Top, left, bottom, right. */
  private static int[] pads(OnnxNode node, int[] image, int[] extent, int[] strides)
      throws OnnxFormatException {
    String mode = node.text("auto_pad", "NOTSET");
    return switch (mode) {
      case "NOTSET" -> node.sizes("pads", 4).orElse(new int[4]);
      case "VALID" -> new int[4];
      case "SAME_UPPER", "SAME_LOWER" ->
          samePads(image, extent, strides, mode.equals("SAME_UPPER"));
      default -> throw node.error("attribute 'auto_pad' is '" + mode + "'");
    };
  }

  private static int[] samePads(int[] image, int[] extent, int[] strides, boolean moreAtTheEnd) {
    int[] pads = new int[4];
    for (int axis = 0; axis < 2; axis++) {
      long outputs = (image[axis] + strides[axis] - 1L) / strides[axis];
      int total =
          (int)
              Math.min(
                  FormatLimits.WINDOW,
                  Math.max(0, (outputs - 1) * strides[axis] + extent[axis] - image[axis]));
      int less = total / 2;
      pads[axis] = moreAtTheEnd ? less : total - less;
      pads[axis + 2] = total - pads[axis];
    }
    return pads;
  }

  /** Extends the end so that the last window, which starts inside the image, is complete. */
  private static void padForRoundingUp(
      OnnxNode node, int[] image, int[] extent, int[] strides, int[] pads)
      throws OnnxFormatException {
    for (int axis = 0; axis < 2; axis++) {
      long room = (long) image[axis] + pads[axis] + pads[axis + 2] - extent[axis];
      long rest = room < 0 ? 0 : room % strides[axis];
      if (rest == 0) {
        continue;
      }
      long start = room - rest + strides[axis];
      if (!node.op().equals("MaxPool") || start >= (long) image[axis] + pads[axis]) {
        throw node.error(
            "ceil_mode 1 changes the size of the result, which is supported for MaxPool windows that start inside the"
                + " image only; export with ceil_mode 0");
      }
      pads[axis + 2] += (int) (strides[axis] - rest);
    }
  }
}
