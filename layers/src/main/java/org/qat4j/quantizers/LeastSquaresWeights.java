package org.qat4j.quantizers;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.scheme.IntRange;

/**
 * Multiples of a scale whose symmetric clipping range has the smallest squared quantization error,
 * by search.
 *
 * @param bits 2 to 8 or 16
 * @param granularity which weights share a scale
 * @param powerOfTwoScale whether scales are rounded up to powers of two
 */
public record LeastSquaresWeights(
    @JsonProperty("bits") int bits,
    @JsonProperty("granularity") Granularity granularity,
    @JsonProperty("powerOfTwoScale") boolean powerOfTwoScale)
    implements WeightScheme.Grouped<LeastSquaresWeights> {
  private static final int CANDIDATES = 40;

  @JsonCreator
  public LeastSquaresWeights {
    Bits.requireUniform("searched", bits);
  }

  @Override
  public LeastSquaresWeights shared(Granularity other) {
    return new LeastSquaresWeights(bits, other, powerOfTwoScale);
  }

  /** The same with scales rounded up to powers of two. */
  public LeastSquaresWeights withPowerOfTwoScale() {
    return new LeastSquaresWeights(bits, granularity, true);
  }

  @Override
  public boolean keepsCodes() {
    return true;
  }

  @Override
  public WeightQuantizer quantizer() {
    return new UniformQuantizer(this, true, powerOfTwoScale) {
      @Override
      boolean clips() {
        return true;
      }

      @Override
      INDArray largest(INDArray weights) {
        return bestLargest(weights, codes());
      }
    };
  }

  @Override
  public String toString() {
    return UniformWeights.describe(bits, true, "by least squares", powerOfTwoScale, granularity);
  }

  /**
   * For each group the best of {@value #CANDIDATES} equal fractions of its largest magnitude.
   *
   * @param weights [groups, weightsPerGroup], not modified
   * @return [groups]
   */
  private static INDArray bestLargest(INDArray weights, IntRange range) {
    double[] best = new double[Math.toIntExact(weights.size(0))];
    for (int g = 0; g < best.length; g++) {
      best[g] = bestLargest(weights.getRow(g).dup().data().asDouble(), range.max());
    }
    return Nd4j.createFromArray(best).castTo(weights.dataType());
  }

  private static double bestLargest(double[] row, int codes) {
    double largest = 0;
    for (double weight : row) {
      largest = Math.max(largest, Math.abs(weight));
    }
    double best = largest;
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = CANDIDATES; i >= 1; i--) {
      double candidate = largest * i / CANDIDATES;
      double error = error(row, candidate / codes, codes);
      if (error < smallest) {
        smallest = error;
        best = candidate;
      }
    }
    return best;
  }

  private static double error(double[] row, double scale, int codes) {
    double sum = 0;
    for (double weight : row) {
      double code = Math.max(-codes, Math.min(codes, Math.rint(weight / scale)));
      double error = weight - code * scale;
      sum += error * error;
    }
    return sum;
  }
}
