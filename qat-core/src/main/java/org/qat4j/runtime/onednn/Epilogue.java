package org.qat4j.runtime.onednn;

import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Requantization;
import org.qat4j.runtime.ConvolutionView;
import org.qat4j.runtime.ElementType;
import org.qat4j.runtime.NativeScope;
import org.qat4j.scheme.IntRange;

/**
 * Requantization as oneDNN's attributes: the multiplier is the weights' scale, the offset the bias,
 * and the clamp is the saturation of the output type where that is the whole range, else a clip
 * before rounding, which is the same because the bounds are integers.
 */
final class Epilogue {
  private final float[] multipliers;
  private final float[] offsets;
  private final int inputZero;
  private final Clip clip;
  private final IntRange codes;

  Epilogue(ConvolutionView layer) {
    Requantization requantization = layer.requantization();
    int channels = layer.weights().outChannels();
    this.multipliers = new float[channels];
    this.offsets = new float[channels];
    for (int o = 0; o < channels; o++) {
      multipliers[o] = requantization.multiplier(o);
      offsets[o] = requantization.offset(o);
    }
    this.inputZero = layer.input().params().zeroPoint();
    this.codes = requantization.codes();
    this.clip = layer.output().isCodes() ? codeClip(layer, requantization.codes()) : layer.clip();
  }

  private static Clip codeClip(ConvolutionView layer, IntRange codes) {
    return codes.equals(ElementType.of(layer.output()).range())
        ? Clip.NONE
        : new Clip(codes.min(), codes.max());
  }

  float[] multipliers() {
    return multipliers;
  }

  float[] offsets() {
    return offsets;
  }

  /**
   * Attributes that give the layer's own output.
   *
   * @param weightsMask dimensions of the weights that have their own scale
   */
  primitive_attr attributes(NativeScope scope, int weightsMask) {
    post_ops after = scope.own(new post_ops());
    appendClip(after, clip);
    return attributes(scope, weightsMask, after);
  }

  /**
   * Attributes that give the layer's codes as a term of a following sum: {@code (code - zero) *
   * multiplier}, real numbers. The codes are rounded and clamped first, as if they were stored.
   */
  primitive_attr attributes(NativeScope scope, int weightsMask, Addend term) {
    post_ops after = scope.own(new post_ops());
    after.append_eltwise(dnnl.dnnl_eltwise_round, 0, 0);
    appendClip(after, new Clip(codes.min(), codes.max()));
    term.appendTo(after);
    return attributes(scope, weightsMask, after);
  }

  static void appendClip(post_ops after, Clip clip) {
    if (!clip.equals(Clip.NONE)) {
      after.append_eltwise(dnnl.dnnl_eltwise_clip, clip.min(), clip.max());
    }
  }

  private primitive_attr attributes(NativeScope scope, int weightsMask, post_ops after) {
    primitive_attr attributes = scope.own(new primitive_attr());
    attributes.set_scratchpad_mode(dnnl.dnnl_scratchpad_mode_user);
    attributes.set_scales_mask(dnnl.DNNL_ARG_WEIGHTS, weightsMask);
    if (inputZero != 0) {
      attributes.set_zero_points_mask(dnnl.DNNL_ARG_SRC, 0);
    }
    attributes.set_post_ops(after);
    return attributes;
  }

  void addArguments(NativeScope scope, Primitive.Builder primitive, memory scales, memory bias) {
    primitive.argument(dnnl.DNNL_ARG_BIAS, bias);
    primitive.argument(dnnl.DNNL_ARG_ATTR_SCALES | dnnl.DNNL_ARG_WEIGHTS, scales);
    if (inputZero != 0) {
      primitive.argument(
          dnnl.DNNL_ARG_ATTR_ZERO_POINTS | dnnl.DNNL_ARG_SRC, Memories.integer(scope, inputZero));
    }
  }
}
