package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.kernels.HalfEven;

/**
 * Uniform weights whose step is trained: LSQ (Esser et al. 2020, arXiv:1902.08153).
 *
 * <p>With {@code v = w / s} and Q the largest code: the weight's gradient passes where {@code -Q <
 * v < Q} (eq. 5); the step's is {@code round(v) - v} inside and ±Q outside (eq. 3), times {@code 1
 * / sqrt(n * Q)} (sec. 2.2); the first step is {@code 2 * mean(|w|) / sqrt(Q)} (sec. 2.1).
 *
 * @param bits 2 to 8 or 16
 * @param granularity which weights share a scale
 */
public record LearnedStepWeights(
    @JsonProperty("bits") int bits, @JsonProperty("granularity") Granularity granularity)
    implements WeightScheme.Grouped<LearnedStepWeights> {
  @JsonCreator
  public LearnedStepWeights {
    Bits.requireUniform("learned", bits);
  }

  @Override
  public LearnedStepWeights shared(Granularity other) {
    return new LearnedStepWeights(bits, other);
  }

  @Override
  public boolean learns() {
    return true;
  }

  @Override
  public boolean keepsCodes() {
    return true;
  }

  @Override
  public WeightQuantizer quantizer() {
    return new Quantizer(this);
  }

  @Override
  public String toString() {
    return bits + " bits, learned step (LSQ), " + granularity;
  }

  private static final class Quantizer extends WeightQuantizer {
    private final int largest;
    private final WeightQuantizer untrained;

    Quantizer(LearnedStepWeights scheme) {
      super(scheme);
      largest = scheme.codes().max();
      untrained = new LeastSquaresWeights(scheme.bits, scheme.granularity, false).quantizer();
    }

    @Override
    void calibrate(INDArray weights, INDArray step) {
      step.assign(untrained.quantize(weights, null).scales());
    }

    @Override
    void initialize(INDArray weights, INDArray step) {
      step.assign(positive(meanMagnitudes(weights).muli(2 / Math.sqrt(largest))));
    }

    @Override
    Codes quantize(INDArray weights, INDArray step) {
      INDArray scales = LearnedSteps.usable(step);
      return Codes.symmetric(rounded(weights.divColumnVector(scales)), scales);
    }

    private INDArray rounded(INDArray units) {
      return HalfEven.round(Masks.clamp(units, -largest, largest));
    }

    @Override
    void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
      INDArray units = weights.divColumnVector(LearnedSteps.usable(step));
      INDArray inside = Masks.greater(units, -largest).muli(Masks.less(units, largest));
      INDArray slope = rounded(units.dup()).subi(units.muli(inside));
      double gradientScale = 1 / Math.sqrt((double) weights.size(1) * largest);
      stepGradient.assign(slope.muli(gradient).sum(1).muli(gradientScale));
      gradient.muli(inside);
    }
  }
}
