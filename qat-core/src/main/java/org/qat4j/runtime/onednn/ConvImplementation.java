package org.qat4j.runtime.onednn;

import java.util.function.Predicate;
import java.util.function.Supplier;
import org.bytedeco.dnnl.convolution_forward;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.runtime.ConvolutionView;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.NativeScope;

/** Which of oneDNN's implementations of a convolution may be used. */
final class ConvImplementation {
  private static final String FLAWED = "brg_conv_fwd";
  private static final String FOR_SMALL = "jit_int8:avx512_core_vnni";

  private ConvImplementation() {}

  /**
   * The fastest implementation that is right for the layer.
   *
   * <p>oneDNN 3.11's {@code brg_conv_fwd} miscomputes two kinds of layers. With one input channel
   * per group, in int8 and in float32: where the output is one pixel wide, where signed inputs are
   * padded, and with several groups; one group of unsigned inputs and a wider output, the usual
   * first layer, is right. And where some window lies in the padding alone, with a zero point.
   *
   * <p>It is also slower than {@code jit_int8} with few channels or few pixels, by a tenth to a
   * third, although oneDNN prefers it (docs/inference-performance.md).
   *
   * @param descriptions makes a new description, which stands at oneDNN's first choice
   * @throws IllegalStateException if there is no right one
   */
  static convolution_forward.primitive_desc choose(
      NativeScope scope,
      ConvolutionView layer,
      Supplier<convolution_forward.primitive_desc> descriptions) {
    if (isSmall(layer)) {
      convolution_forward.primitive_desc small = scope.own(descriptions.get());
      if (advance(small, name -> name.startsWith(FOR_SMALL))) {
        return small;
      }
    }
    boolean flawed = isOneChannelUnusual(layer) || hasWindowInPadding(layer);
    convolution_forward.primitive_desc right = scope.own(descriptions.get());
    if (!advance(right, name -> !flawed || !name.contains(FLAWED))) {
      throw new IllegalStateException("oneDNN has no correct implementation of " + layer);
    }
    return right;
  }

  /** Moves on to the first implementation, from the present one, whose name is accepted. */
  private static boolean advance(
      convolution_forward.primitive_desc description, Predicate<String> accepted) {
    while (!accepted.test(description.impl_info_str().getString())) {
      if (!description.next_impl()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSmall(ConvolutionView layer) {
    Shape output = layer.outputImage();
    return layer.groups() == 1
        && layer.window().kernelArea() > 1
        && (layer.image().channels() < 64 || output.height() * output.width() <= 64);
  }

  private static boolean isOneChannelUnusual(ConvolutionView layer) {
    boolean usual =
        layer.groups() == 1
            && ElementType.of(layer.input()) == ElementType.U8
            && layer.outputImage().width() > 1;
    return layer.image().channels() == layer.groups() && !usual;
  }

  private static boolean hasWindowInPadding(ConvolutionView layer) {
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
      int start = out * stride - pad;
      int firstInside = start >= 0 ? 0 : (-start + dilation - 1) / dilation;
      if (firstInside >= kernel || start + firstInside * dilation >= size) {
        return true;
      }
    }
    return false;
  }
}
