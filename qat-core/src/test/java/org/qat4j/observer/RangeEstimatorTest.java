package org.qat4j.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.observer.RangeEstimator.KlDivergence;
import org.qat4j.observer.RangeEstimator.L2Norm;
import org.qat4j.observer.RangeEstimator.MeanSquaredError;
import org.qat4j.observer.RangeEstimator.MeanStd;
import org.qat4j.observer.RangeEstimator.MinMax;
import org.qat4j.observer.RangeEstimator.Percentile;
import org.qat4j.scheme.IntRange;

class RangeEstimatorTest {
  private static final IntRange U8 = IntRange.unsigned(8);

  static Stream<RangeEstimator> all() {
    return Stream.of(
        new MinMax(),
        new Percentile(99),
        new MeanStd(3),
        new KlDivergence(),
        new MeanSquaredError(),
        new L2Norm());
  }

  @Test
  void all_rules_areThoseThatThereAreAndNamedInTheDocumentation() throws IOException {
    Set<Class<?>> rules =
        RangeEstimator.all().stream().map(Object::getClass).collect(Collectors.toSet());
    assertEquals(Set.of(RangeEstimator.class.getPermittedSubclasses()), rules);
    String page = Files.readString(Path.of("../docs/ranges.md"));
    String table = page.substring(page.indexOf("| estimator |"));
    assertEquals(
        RangeEstimator.all().stream().map(RangeEstimator::name).toList(),
        table
            .lines()
            .skip(2)
            .takeWhile(line -> line.startsWith("| `"))
            .map(line -> line.replaceAll("^\\| `(\\w+).*", "$1"))
            .toList());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void parse_textOfARule_isTheRule(RangeEstimator estimator) {
    assertEquals(estimator, RangeEstimator.parse(estimator.text()));
  }

  @Test
  void parse_nameAlone_hasTheUsualNumber() {
    assertEquals(new Percentile(99.9), RangeEstimator.parse("percentile"));
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          widest       | expected minMax, percentile, meanStd, kl, mse, l2, got 'widest'
          percentile() | expected minMax, percentile, meanStd, kl, mse, l2, got 'percentile()'
          kl(3)        | 'kl' takes no number, got 3.0
          meanStd(0)   | sigmas must be finite and > 0, got 0.0
          """)
  void parse_anotherText_saysWhatThereIs(String text, String message) {
    var error = assertThrows(IllegalArgumentException.class, () -> RangeEstimator.parse(text));
    assertEquals(message, error.getMessage());
  }

  private static Histogram counted(float... values) {
    return Histogram.empty().add(values);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void estimate_anyValues_liesWithinThemAndContainsZero(RangeEstimator estimator) {
    for (long seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      Histogram histogram = counted(HistogramTest.values(random, 1 + random.nextInt(300)));
      IntRange codes =
          random.nextBoolean()
              ? IntRange.unsigned(1 + random.nextInt(16))
              : IntRange.signed(1 + random.nextInt(16));
      RealRange range = estimator.estimate(histogram, codes);
      RealRange whole = histogram.range().includingZero();
      String name = "seed " + seed + " " + codes + ": " + range + " of " + whole;
      assertTrue(range.min() <= 0 && range.max() >= 0, name);
      assertTrue(range.min() >= whole.min() && range.max() <= whole.max(), name);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void estimate_mergedInAnyOrder_isTheSame(RangeEstimator estimator) {
    for (long seed = 0; seed < 20; seed++) {
      float[] values = HistogramTest.values(new Random(seed), 200);
      Histogram parts =
          Histogram.empty().add(values, 150, 200).merge(counted(Arrays.copyOf(values, 150)));
      assertEquals(
          estimator.estimate(counted(values), U8), estimator.estimate(parts, U8), "seed " + seed);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void estimate_oneValue_keepsIt(RangeEstimator estimator) {
    assertEquals(new RealRange(0, 5), estimator.estimate(counted(5, 5, 5), U8));
    assertEquals(new RealRange(-3, 0), estimator.estimate(counted(-3), U8));
    assertEquals(new RealRange(0, 0), estimator.estimate(counted(0, 0), U8));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void estimate_noValues_isRefused(RangeEstimator estimator) {
    var error =
        assertThrows(IllegalStateException.class, () -> estimator.estimate(Histogram.empty(), U8));
    assertEquals("the histogram is empty: add values first", error.getMessage());
  }

  /** 2048 values, one in each bin. */
  private static Histogram ramp(float from) {
    float[] values = new float[Histogram.BINS];
    for (int i = 0; i < values.length; i++) {
      values[i] = from + i;
    }
    return counted(values);
  }

  @ParameterizedTest(name = "{0} percent from {1}")
  @CsvSource({
    // Positive: one side. 1 % of 2048 is 20.48, so 20 values are dropped.
    "99, 0, 0, 2028",
    "99.9, 0, 0, 2046",
    "50, 0, 0, 1024",
    "100, 0, 0, 2047",
    // Negative: the smallest ones.
    "99, -2047, -2027, 0",
    // Both sides: 10 on each.
    "99, -1024, -1014, 1014",
    "100, -1024, -1024, 1023"
  })
  void percentile_ofOneValueInEachBin_dropsThatPart(
      double percent, float from, float min, float max) {
    assertEquals(new RealRange(min, max), new Percentile(percent).estimate(ramp(from), U8));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void percentile_ofAnyValues_keepsThatPartInside(long seed) {
    float[] values = HistogramTest.values(new Random(seed), 1000);
    for (double percent : new double[] {1, 50, 90, 99, 99.9, 100}) {
      RealRange range = new Percentile(percent).estimate(counted(values), U8);
      long inside =
          IntStream.range(0, values.length)
              .filter(i -> values[i] >= range.min() && values[i] <= range.max())
              .count();
      assertTrue(inside >= percent * 10, percent + " percent but " + inside + " of 1000");
    }
  }

  @Test
  void meanStd_ofPlusAndMinusOne_isMeanZeroAndSigmaOne() {
    Histogram histogram = counted(-1, 1, -1, 1, 4, -4);
    double sigma = Math.sqrt(36.0 / 6);
    RealRange range = new MeanStd(1).estimate(histogram, U8);
    assertEquals(sigma, range.max(), histogram.width());
    assertEquals(-sigma, range.min(), histogram.width());
    assertEquals(new RealRange(-4, 4), new MeanStd(3).estimate(histogram, U8));
  }

  /** Few codes and one far value: clipping it costs less than coarse steps for all others. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void estimate_oneFarValueAmongMany_isClippedByAllButMinMax(RangeEstimator estimator) {
    float[] values = new float[100_001];
    Random random = new Random(7);
    for (int i = 0; i < 100_000; i++) {
      values[i] = Math.abs((float) random.nextGaussian());
    }
    values[100_000] = 50;
    float max = estimator.estimate(counted(values), IntRange.unsigned(4)).max();
    if (estimator instanceof MinMax) {
      assertEquals(50, max);
    } else {
      assertTrue(max < 8, () -> "max " + max);
    }
  }

  @ParameterizedTest(name = "percent {0}")
  @ValueSource(doubles = {0, -1, 100.1, Double.NaN})
  void percentile_badPart_isRefused(double percent) {
    var error = assertThrows(IllegalArgumentException.class, () -> new Percentile(percent));
    assertEquals("percent must be in (0, 100], got " + percent, error.getMessage());
  }

  @ParameterizedTest(name = "sigmas {0}")
  @ValueSource(doubles = {0, -1, Double.POSITIVE_INFINITY, Double.NaN})
  void meanStd_badFactor_isRefused(double sigmas) {
    var error = assertThrows(IllegalArgumentException.class, () -> new MeanStd(sigmas));
    assertEquals("sigmas must be finite and > 0, got " + sigmas, error.getMessage());
  }

  @Test
  void minMaxObserver_ofBatchesInAnyOrder_isTheRangeOfTheirHistogram() {
    Random random = new Random(3);
    for (int n = 0; n < 50; n++) {
      List<float[]> batches =
          Stream.generate(() -> HistogramTest.values(random, 20)).limit(4).toList();
      Histogram histogram = Histogram.empty();
      RealRange observed = counted(batches.get(3)).range();
      for (float[] batch : batches) {
        histogram = histogram.add(batch);
        observed = new RangeObserver.MinMax().observe(observed, counted(batch).range());
      }
      assertEquals(observed, histogram.range());
    }
  }
}
