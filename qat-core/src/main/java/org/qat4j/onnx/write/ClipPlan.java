package org.qat4j.onnx.write;

import java.util.Optional;
import org.qat4j.graph.Clip;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.Metadata;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * How a clip and a code range are written. A Relu or Clip node before QuantizeLinear keeps other
 * runtimes from computing in integers unless the saturation of QuantizeLinear makes it superfluous,
 * so that they can drop it; only then is it written. What remains becomes a Clip of the codes
 * behind QuantizeLinear.
 *
 * @param real the clip node before QuantizeLinear, {@link Clip#NONE} for none
 * @param codes the clip behind it, if the codes do not fill their storage type
 * @param storage all codes of the storage type
 */
record ClipPlan(Clip real, Optional<IntRange> codes, IntRange storage) {

  static ClipPlan of(Clip clip, QuantParams params) {
    IntRange storage = IntegerType.of(params.range()).range();
    IntRange effective = clip.codes(params);
    Optional<IntRange> codes =
        effective.equals(storage) ? Optional.empty() : Optional.of(effective);
    return new ClipPlan(realClip(clip, params, storage), codes, storage);
  }

  /** The same with a clip of the codes in any case. */
  ClipPlan withCodeClip() {
    return new ClipPlan(real, Optional.of(readableRange()), storage);
  }

  private static Clip realClip(Clip clip, QuantParams params, IntRange storage) {
    boolean lowSuperfluous = clip.min() <= real(params, storage.min());
    boolean highSuperfluous = clip.max() >= real(params, storage.max());
    if (lowSuperfluous && highSuperfluous) {
      return clip;
    }
    return lowSuperfluous && clip.min() == 0 ? Clip.RELU : Clip.NONE;
  }

  private static float real(QuantParams params, int code) {
    return params.scale() * (code - params.zeroPoint());
  }

  /** The range that a reader takes from the nodes alone. */
  IntRange readableRange() {
    return codes.orElse(storage);
  }

  /** The clip as metadata, if the nodes alone do not show it. */
  Optional<String> declaredClip(Clip clip) {
    return clip.equals(real) ? Optional.empty() : Optional.of(Metadata.text(clip));
  }
}
