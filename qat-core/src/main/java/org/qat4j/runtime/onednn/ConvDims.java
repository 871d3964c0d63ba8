package org.qat4j.runtime.onednn;

import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.ConvolutionView;

/** A convolution's sizes as oneDNN wants them. */
final class ConvDims {
  private ConvDims() {}

  static long[] input(ConvolutionView layer, int batch) {
    return dims(layer.image(), batch);
  }

  static long[] output(ConvolutionView layer, int batch) {
    return dims(layer.outputImage(), batch);
  }

  private static long[] dims(Shape image, int batch) {
    return new long[] {batch, image.channels(), image.height(), image.width()};
  }

  /** OIHW, or with groups {@code [groups, out / groups, in / groups, height, width]}. */
  static long[] weights(ConvolutionView layer) {
    long groups = layer.groups();
    long out = layer.weights().outChannels();
    long in = layer.image().channels();
    long height = layer.window().kernelHeight();
    long width = layer.window().kernelWidth();
    return groups == 1
        ? new long[] {out, in, height, width}
        : new long[] {groups, out / groups, in / groups, height, width};
  }

  static long[] strides(ConvolutionView layer) {
    return new long[] {layer.window().strideHeight(), layer.window().strideWidth()};
  }

  /** oneDNN counts the pixels that are skipped. */
  static long[] dilations(ConvolutionView layer) {
    return new long[] {layer.window().dilationHeight() - 1L, layer.window().dilationWidth() - 1L};
  }

  static long[] padTopLeft(ConvolutionView layer) {
    return new long[] {layer.window().padTop(), layer.window().padLeft()};
  }

  /**
   * What oneDNN needs at the bottom and right so that it computes this output size: strides may
   * leave rows over, which it refuses.
   */
  static long[] padBottomRight(ConvolutionView layer) {
    Window window = layer.window();
    Shape image = layer.image();
    Shape out = layer.outputImage();
    long height =
        (out.height() - 1L) * window.strideHeight()
            + (window.kernelHeight() - 1L) * window.dilationHeight()
            + 1;
    long width =
        (out.width() - 1L) * window.strideWidth()
            + (window.kernelWidth() - 1L) * window.dilationWidth()
            + 1;
    return new long[] {
      height - image.height() - window.padTop(), width - image.width() - window.padLeft()
    };
  }
}
