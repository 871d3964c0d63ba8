package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Multiples of a scale that represents the weights within mean ± k standard deviations; what lies
 * outside is clipped.
 *
 * @param bits 2 to 8 or 16
 * @param symmetric whether real 0 is code 0; else each group has a zero point of its own
 * @param granularity which weights share a scale
 * @param powerOfTwoScale whether scales are rounded up to powers of two
 * @param sigmas k, finite and &gt; 0
 */
public record MeanStdWeights(
    @JsonProperty("bits") int bits,
    @JsonProperty("symmetric") boolean symmetric,
    @JsonProperty("granularity") Granularity granularity,
    @JsonProperty("powerOfTwoScale") boolean powerOfTwoScale,
    @JsonProperty("sigmas") double sigmas)
    implements WeightScheme.Grouped<MeanStdWeights> {

  @JsonCreator
  public MeanStdWeights {
    Bits.requireUniform("clipped", bits);
    if (!(sigmas > 0 && Double.isFinite(sigmas))) {
      throw new IllegalArgumentException("sigmas must be finite and > 0, got " + sigmas);
    }
  }

  @Override
  public MeanStdWeights shared(Granularity other) {
    return new MeanStdWeights(bits, symmetric, other, powerOfTwoScale, sigmas);
  }

  @Override
  public int reach() {
    return symmetric ? codes().reach(0) : codes().steps();
  }

  @Override
  public WeightQuantizer quantizer() {
    return new Quantizer(this);
  }

  @Override
  public String toString() {
    String scale = "by mean ± " + sigmas + " sigma";
    return UniformWeights.describe(bits, symmetric, scale, powerOfTwoScale, granularity);
  }

  private static final class Quantizer extends UniformQuantizer {
    private final double sigmas;

    Quantizer(MeanStdWeights scheme) {
      super(scheme, scheme.symmetric, scheme.powerOfTwoScale);
      sigmas = scheme.sigmas;
    }

    @Override
    boolean clips() {
      return true;
    }

    @Override
    INDArray[] bounds(INDArray weights) {
      INDArray[] all = super.bounds(weights);
      INDArray mean = weights.mean(1);
      // ND4J keeps the axis where each group has one weight.
      INDArray spread = weights.std(false, 1).reshape(mean.shape()).muli(sigmas);
      return new INDArray[] {
        Transforms.max(all[0], mean.sub(spread)), Transforms.min(all[1], mean.add(spread))
      };
    }

    @Override
    INDArray largest(INDArray weights) {
      INDArray[] bounds = bounds(weights);
      return Transforms.max(Transforms.abs(bounds[0]), Transforms.abs(bounds[1]));
    }
  }
}
