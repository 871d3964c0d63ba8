package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.convolution_forward;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.Storage;

/** Which of oneDNN's implementations of a convolution may be used. */
final class ConvImplementation {
  private static final String FLAWED = "brg_conv_fwd";

  private ConvImplementation() {}

  /**
   * Moves a description to the first implementation that is right for the layer.
   *
   * <p>oneDNN 3.11's {@code brg_conv_fwd} miscomputes two kinds of layers. With one input channel
   * per group, in int8 and in float32: where the output is one pixel wide, where signed inputs are
   * padded, and with several groups; one group of unsigned inputs and a wider output, the usual
   * first layer, is right. And where some window lies in the padding alone, with a zero point.
   *
   * @throws IllegalStateException if none is left
   */
  static convolution_forward.primitive_desc choose(
      Layer layer, convolution_forward.primitive_desc description) {
    boolean flawed = isOneChannelUnusual(layer) || hasWindowInPadding(layer);
    while (flawed && description.impl_info_str().getString().contains(FLAWED)) {
      if (!description.next_impl()) {
        throw new IllegalStateException("oneDNN has no correct implementation of " + layer);
      }
    }
    return description;
  }

  private static boolean isOneChannelUnusual(Layer layer) {
    boolean usual =
        layer.groups() == 1
            && Storage.of(layer.input()) == Storage.U8
            && layer.outputImage().width() > 1;
    return layer.image().channels() == layer.groups() && !usual;
  }

  private static boolean hasWindowInPadding(Layer layer) {
    Window window = layer.window();
    Shape image = layer.image();
    Shape output = layer.outputImage();
    return missesImage(
            output.height(),
            window.strideHeight(),
            window.padTop(),
            window.kernelHeight(),
            window.dilationHeight(),
            image.height())
        || missesImage(
            output.width(),
            window.strideWidth(),
            window.padLeft(),
            window.kernelWidth(),
            window.dilationWidth(),
            image.width());
  }

  private static boolean missesImage(
      int outputs, int stride, int pad, int kernel, int dilation, int size) {
    for (int out = 0; out < outputs; out++) {
      boolean inside = false;
      for (int k = 0; k < kernel; k++) {
        int at = out * stride - pad + k * dilation;
        inside |= at >= 0 && at < size;
      }
      if (!inside) {
        return true;
      }
    }
    return false;
  }
}
