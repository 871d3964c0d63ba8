package org.qat4j.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TensorStatisticsTest {
  private static final float[] FIRST = {0.5f, -1f, 2f};
  private static final float[] SECOND = {0.25f, 3f};

  @Test
  void merge_inOrder_equalsTheWhole() {
    TensorStatistics whole = TensorStatistics.empty().add(FIRST).add(SECOND);
    TensorStatistics parts =
        TensorStatistics.empty().add(FIRST).merge(TensorStatistics.empty().add(SECOND));
    assertEquals(whole, parts);
    assertEquals(Histogram.empty().add(0.5f, -1f, 2f, 0.25f, 3f), whole.histogram());
    assertEquals(List.of(new RealRange(-1, 2), new RealRange(0.25f, 3)), whole.batches());
  }

  /** Nor may rounding depend on it: histograms count, and extremes are values themselves. */
  @ParameterizedTest(name = "batches of {0}")
  @ValueSource(ints = {1, 3, 7, 64, 500})
  void add_batchesOfAnySize_giveTheSameHistogramAndExtremes(int size) {
    float[] values = HistogramTest.values(new Random(size), 500);
    TensorStatistics seen = TensorStatistics.empty();
    for (int from = 0; from < values.length; from += size) {
      seen = seen.add(Arrays.copyOfRange(values, from, Math.min(from + size, values.length)));
    }
    TensorStatistics whole = TensorStatistics.empty().add(values);
    assertEquals(whole.histogram(), seen.histogram());
    assertEquals(whole.joined(new RangeObserver.MinMax()), seen.joined(new RangeObserver.MinMax()));
  }

  @Test
  void joined_byEitherObserver_isWhatItMakesOfTheBatches() {
    TensorStatistics seen = TensorStatistics.empty().add(FIRST).add(SECOND);
    assertEquals(new RealRange(-1, 3), seen.joined(new RangeObserver.MinMax()));
    assertEquals(
        new RealRange(-0.6875f, 2.25f), seen.joined(new RangeObserver.MovingAverage(0.25f)));
  }

  @Test
  void joined_noBatches_isRefused() {
    var error =
        assertThrows(
            IllegalStateException.class,
            () -> TensorStatistics.empty().joined(new RangeObserver.MinMax()));
    assertEquals("no batches were seen: add some first", error.getMessage());
  }
}
