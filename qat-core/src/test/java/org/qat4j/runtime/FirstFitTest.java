package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Where buffers are placed: in the first gap that holds them. */
class FirstFitTest {
  @Test
  void buffer_isPlacedInTheFirstGapThatHoldsIt() {
    FirstFit layout = new FirstFit(64);
    assertEquals(0, layout.place(65, 0));
    assertEquals(128, layout.place(1, 9));
    assertEquals(192, layout.place(64, 1));
    assertEquals(256, layout.place(10, 9));
    layout.advanceTo(2);
    assertEquals(320, layout.place(129, 9));
    assertEquals(0, layout.place(64, 9));
    assertEquals(64, layout.place(64, 9));
    assertEquals(192, layout.place(64, 9));
    assertEquals(512, layout.place(64, 9));
    assertEquals(576, layout.bytes());
  }

  @Test
  void buffersThatAllStay_arePlacedInTimeThatGrowsWithTheirNumber() {
    FirstFit layout = new FirstFit(64);
    assertTimeout(
        Duration.ofSeconds(10),
        () -> {
          for (int i = 0; i < 200_000; i++) {
            layout.advanceTo(i);
            assertEquals(64L * i, layout.place(1, Integer.MAX_VALUE));
          }
        });
  }
}
