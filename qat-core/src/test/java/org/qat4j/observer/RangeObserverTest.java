package org.qat4j.observer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangeObserverTest {

  @Test
  void minMax_batches_keepsExtremes() {
    RangeObserver observer = new RangeObserver.MinMax();
    RealRange range = observer.observe(new RealRange(-1f, 1f), new RealRange(-0.5f, 3f));
    assertEquals(new RealRange(-1f, 3f), range);
  }

  @Test
  void movingAverage_oneBatch_movesEachBoundByTheRate() {
    RangeObserver observer = new RangeObserver.MovingAverage(0.25f);
    assertEquals(
        new RealRange(-2f, 5f), observer.observe(new RealRange(-1f, 4f), new RealRange(-5f, 8f)));
  }

  @ParameterizedTest(name = "rate {0}")
  @ValueSource(floats = {0f, -0.1f, 1.1f, Float.NaN})
  void movingAverage_badRate_isRefused(float rate) {
    var error =
        assertThrows(IllegalArgumentException.class, () -> new RangeObserver.MovingAverage(rate));
    assertEquals("rate must be in (0, 1], got " + rate, error.getMessage());
  }

  @Test
  void range_notFinite_isRefused() {
    var error = assertThrows(IllegalArgumentException.class, () -> new RealRange(Float.NaN, 1f));
    assertEquals("a range must be finite with min <= max, got [NaN, 1.0]", error.getMessage());
  }
}
