package org.qat4j.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HistogramTest {

  /** Values of one kind of trouble for each seed: spans, signs, denormals, both zeros. */
  static float[] values(Random random, int count) {
    int kind = random.nextInt(6);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      float gauss = (float) random.nextGaussian();
      values[i] =
          switch (kind) {
            case 0 -> gauss;
            case 1 -> Math.max(0f, gauss);
            case 2 -> gauss * Float.MIN_VALUE * 100;
            case 3 -> gauss * (float) Math.pow(10, random.nextInt(76) - 38);
            case 4 -> 5 + gauss * 1e-4f;
            default -> random.nextInt(50) == 0 ? Float.MAX_VALUE / 9 * gauss : -0f;
          };
    }
    return values;
  }

  private static Histogram inParts(float[] values, Random random) {
    List<Histogram> parts = new ArrayList<>();
    for (int from = 0; from < values.length; ) {
      int to = Math.min(values.length, from + 1 + random.nextInt(values.length));
      parts.add(Histogram.empty().add(values, from, to));
      from = to;
    }
    while (parts.size() > 1) {
      Collections.shuffle(parts, random);
      parts.add(parts.remove(0).merge(parts.remove(0)));
    }
    return parts.get(0);
  }

  private static void shuffle(float[] values, Random random) {
    for (int i = values.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      float value = values[i];
      values[i] = values[other];
      values[other] = value;
    }
  }

  @ParameterizedTest(name = "hundred {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void histogram_anyOrderAndPartition_isTheSame(long hundred) {
    for (long seed = hundred * 100; seed < hundred * 100 + 100; seed++) {
      Random random = new Random(seed);
      float[] values = values(random, 1 + random.nextInt(400));
      Histogram whole = Histogram.empty().add(values);
      Histogram oneByOne = Histogram.empty();
      shuffle(values, random);
      for (int i = 0; i < values.length; i++) {
        oneByOne = oneByOne.add(values, i, i + 1);
      }
      String name = "seed " + seed;
      assertEquals(whole, oneByOne, name);
      assertEquals(whole, inParts(values, random), name);
      assertEquals(whole, whole.merge(Histogram.empty()), name);
      assertEquals(whole, Histogram.empty().merge(whole), name);
      assertEquals(whole.hashCode(), oneByOne.hashCode(), name);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
  void bins_ofAnyValues_holdWhatLiesBetweenTheirEdges(long seed) {
    float[] values = values(new Random(seed), 300);
    Histogram histogram = Histogram.empty().add(values);
    assertTrue(histogram.bins() <= Histogram.BINS);
    assertEquals(values.length, histogram.count());
    assertEquals(0.0, histogram.lowerEdge(histogram.zeroBin()));
    for (int bin = 0; bin < histogram.bins(); bin++) {
      double from = histogram.lowerEdge(bin);
      double to = histogram.lowerEdge(bin + 1);
      long expected =
          IntStream.range(0, values.length)
              .filter(i -> values[i] >= from && values[i] < to)
              .count();
      assertEquals(expected, histogram.count(bin));
    }
  }

  /** Half the budget at least is used, so a bin is at most 1/1023 of the range. */
  @ParameterizedTest(name = "[{0}, {1}]")
  @CsvSource({"-1, 1", "0, 1", "0, 3.4e38", "-3.4e38, 3.4e38", "5, 5.0001", "-7, -7", "-1e-3, 60"})
  void width_ofAnyRange_isFine(float min, float max) {
    Histogram histogram = Histogram.empty().add(min, max);
    assertTrue(histogram.bins() > Histogram.BINS / 2 - 1, histogram::toString);
    assertEquals(new RealRange(min, max), histogram.range());
  }

  @Test
  void histogram_ofValuesCountedByHand_hasTheirBins() {
    Histogram histogram = Histogram.empty(4).add(-1f, -0.5f, 0f, -0f, 0.25f, 1f);
    assertEquals(1.0, histogram.width());
    assertEquals(3, histogram.bins());
    assertEquals(
        List.of(2L, 3L, 1L), List.of(histogram.count(0), histogram.count(1), histogram.count(2)));
    assertEquals("6 values in [-1.0, 1.0], 3 bins of 1.0", histogram.toString());
  }

  @ParameterizedTest(name = "{0}")
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void add_notFinite_isRefused(float value) {
    Histogram histogram = Histogram.empty();
    var error =
        assertThrows(IllegalArgumentException.class, () -> histogram.add(1f, value, Float.NaN));
    assertEquals(
        "a histogram needs finite values, got " + value + " at index 1", error.getMessage());
  }

  @Test
  void range_ofNoValues_isRefused() {
    var error = assertThrows(IllegalStateException.class, () -> Histogram.empty().range());
    assertEquals("the histogram is empty: add values first", error.getMessage());
  }

  @Test
  void merge_ofAnotherBudget_isRefused() {
    Histogram histogram = Histogram.empty();
    var error =
        assertThrows(IllegalArgumentException.class, () -> histogram.merge(Histogram.empty(16)));
    assertEquals(
        "cannot merge a histogram of 16 bins into one of 2048: make both with the same budget",
        error.getMessage());
  }

  @Test
  void empty_ofOneBin_isRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> Histogram.empty(1));
    assertEquals("a histogram needs at least 2 bins, got 1", error.getMessage());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void magnitudes_ofAnyValues_countAbsoluteValuesWithinOneBin(long seed) {
    Random random = new Random(seed);
    float[] values = values(random, 500);
    Histogram magnitudes = Histogram.empty().add(values).magnitudes();
    assertEquals(values.length, magnitudes.count());
    float largest = 0;
    for (float value : values) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertEquals(largest, magnitudes.range().max());
    long below = 0;
    for (int bin = 0; bin < magnitudes.bins(); bin++) {
      below += magnitudes.count(bin);
      double edge = magnitudes.lowerEdge(bin + 1);
      long inside = 0;
      long insideOrOn = 0;
      for (float value : values) {
        inside += Math.abs(value) < edge ? 1 : 0;
        insideOrOn += Math.abs(value) <= edge ? 1 : 0;
      }
      assertTrue(inside <= below && below <= insideOrOn, "up to " + edge);
    }
  }

  @Test
  void magnitudes_ofNegativeValues_areThoseOfThePositiveOnes() {
    assertEquals(
        Histogram.empty().add(0.3f, 1.7f, 2.9f),
        Histogram.empty().add(-0.3f, -1.7f, -2.9f).magnitudes());
  }
}
