package org.qat4j.observer;

import java.util.List;
import java.util.OptionalDouble;
import org.qat4j.scheme.IntRange;

/**
 * A rule that chooses the range to quantize from all values seen: what is outside is clipped.
 * Stateless; equal histograms give equal ranges on every machine.
 *
 * <p>The range contains 0, as {@link org.qat4j.scheme.QuantParams#affine} needs it, and no more
 * than the values do otherwise. For codes that are symmetric about zero, give the histogram of the
 * absolute values and the codes from 0 up: the largest value is then the one for {@link
 * org.qat4j.scheme.QuantParams#symmetric}.
 */
public sealed interface RangeEstimator extends Rule<RangeEstimator> {
  /**
   * Each rule once, with the usual number where it has one. Configurations, saved networks and
   * docs/ranges.md have their names from here.
   */
  static List<RangeEstimator> all() {
    return List.of(
        new MinMax(),
        new Percentile(99.9),
        new MeanStd(3),
        new KlDivergence(),
        new MeanSquaredError(),
        new L2Norm());
  }

  /**
   * The rule of a name, with its number in parentheses or the usual one: {@code kl}, {@code
   * percentile(99)}.
   *
   * @throws IllegalArgumentException if there is none of the name, with those that there are, or
   *     the rule does not take the number
   */
  static RangeEstimator parse(String text) {
    return Rule.parse(text, all());
  }

  /**
   * The range to quantize.
   *
   * @param histogram of at least one value
   * @param codes what the range will be quantized to
   * @throws IllegalStateException if there are no values
   */
  RealRange estimate(Histogram histogram, IntRange codes);

  /** All values: nothing is clipped. */
  record MinMax() implements RangeEstimator {
    @Override
    public String name() {
      return "minMax";
    }

    @Override
    public RealRange estimate(Histogram histogram, IntRange codes) {
      return histogram.range().includingZero();
    }
  }

  /**
   * At least the given part of the values, exact to one bin: the values outside are the largest
   * where no value is negative, the smallest where none is positive, else as many on either side.
   *
   * @param percent of the values that stay inside, in (0, 100]; 99 drops the largest 1 %
   */
  record Percentile(double percent) implements RangeEstimator {
    public Percentile {
      if (!(percent > 0 && percent <= 100)) {
        throw new IllegalArgumentException("percent must be in (0, 100], got " + percent);
      }
    }

    @Override
    public String name() {
      return "percentile";
    }

    @Override
    public OptionalDouble number() {
      return OptionalDouble.of(percent);
    }

    @Override
    public RangeEstimator with(double number) {
      return new Percentile(number);
    }

    @Override
    public RealRange estimate(Histogram histogram, IntRange codes) {
      RealRange range = histogram.range();
      double outside = histogram.count() - histogram.count() * percent / 100;
      double below = range.min() >= 0 ? 0 : range.max() <= 0 ? outside : outside / 2;
      int from = 0;
      for (long passed = histogram.count(0); passed <= below; passed += histogram.count(from)) {
        from++;
      }
      int last = histogram.bins() - 1;
      for (long passed = histogram.count(last);
          passed <= outside - below;
          passed += histogram.count(last)) {
        last--;
      }
      return histogram.between(from, last + 1).includingZero();
    }
  }

  /**
   * Mean and standard deviation, {@code [mean - k * sigma, mean + k * sigma]}, within the range of
   * the values. Each value counts as the middle of its bin.
   *
   * @param sigmas the factor k, finite and &gt; 0
   */
  record MeanStd(double sigmas) implements RangeEstimator {
    public MeanStd {
      if (!(sigmas > 0 && Double.isFinite(sigmas))) {
        throw new IllegalArgumentException("sigmas must be finite and > 0, got " + sigmas);
      }
    }

    @Override
    public String name() {
      return "meanStd";
    }

    @Override
    public OptionalDouble number() {
      return OptionalDouble.of(sigmas);
    }

    @Override
    public RangeEstimator with(double number) {
      return new MeanStd(number);
    }

    @Override
    public RealRange estimate(Histogram histogram, IntRange codes) {
      RealRange range = histogram.range();
      double mean = 0;
      for (int i = 0; i < histogram.bins(); i++) {
        mean += histogram.center(i) * histogram.count(i) / histogram.count();
      }
      double variance = 0;
      for (int i = 0; i < histogram.bins(); i++) {
        double distance = histogram.center(i) - mean;
        variance += distance * distance * histogram.count(i) / histogram.count();
      }
      double reach = sigmas * Math.sqrt(variance);
      return new RealRange(
              (float) Math.max(mean - reach, range.min()),
              (float) Math.min(mean + reach, range.max()))
          .includingZero();
    }
  }

  /**
   * The threshold T whose range {@code [max(min, -T), min(max, T)]} keeps most of the information:
   * the smallest Kullback-Leibler divergence {@code sum p * ln(p / q)} of the distribution of the
   * values from its quantized one (Migacz, "8-bit Inference with TensorRT", GTC 2017).
   *
   * <p>{@code p} is the histogram inside the threshold, with the values outside in its first and
   * last bin. {@code q} is the histogram inside, without those, gathered into as many equal parts
   * as there are codes, each spread evenly over those of its bins where {@code p > 0}. Both are
   * divided by the number of all values, so that what is clipped is missing from {@code q}:
   * otherwise a threshold with all values in one bin would seem perfect. Then both are mixed with
   * 1/10000 of a uniform distribution, which keeps the divergence finite. Thresholds are whole
   * bins, from one bin for each code on; among equals the widest wins.
   */
  record KlDivergence() implements RangeEstimator {
    @Override
    public String name() {
      return "kl";
    }

    @Override
    public RealRange estimate(Histogram histogram, IntRange codes) {
      return new KlSearch(histogram, codes).best().includingZero();
    }
  }

  /**
   * The range {@code [f * min, f * max]} with the smallest mean squared quantization error, {@code
   * sum n[i] * (x[i] - dequantize(quantize(x[i])))^2} over the bins with their middles {@code
   * x[i]}, in the arithmetic of {@link org.qat4j.scheme.QuantParams}. {@code f} runs over {@code
   * 2^(-k/32)} down to one bin; among equals the widest wins. See Nagel et al. 2021,
   * arXiv:2106.08295, eq. 13.
   */
  record MeanSquaredError() implements RangeEstimator {
    @Override
    public String name() {
      return "mse";
    }

    @Override
    public RealRange estimate(Histogram histogram, IntRange codes) {
      return MseSearch.best(histogram, codes);
    }
  }

  /**
   * The range that a greedy search finds for the smallest L2 norm of the quantization error, with
   * values spread evenly inside a bin. Starting from all bins, a step moves the bound whose next
   * quantile, 1/100000 of the values further in, is more bins away; the search ends when the norm
   * grows. This is PyTorch's default for activations ({@code HistogramObserver}, after Caffe2's
   * {@code norm_minimization.cc}), except that neither bound passes zero.
   */
  record L2Norm() implements RangeEstimator {
    @Override
    public String name() {
      return "l2";
    }

    @Override
    public RealRange estimate(Histogram histogram, IntRange codes) {
      return new L2Search(histogram, codes).best().includingZero();
    }
  }
}
