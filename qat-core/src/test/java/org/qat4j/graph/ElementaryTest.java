package org.qat4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;

class ElementaryTest {
  private static final int POINTS = 400_000;

  private interface Function {
    float apply(float x);
  }

  /** The largest error over an interval, relative to the function where asked. */
  private static double error(
      Function function, DoubleUnaryOperator exact, float end, boolean relative) {
    double largest = 0;
    for (int i = -POINTS; i <= POINTS; i++) {
      float x = end * i / POINTS;
      double expected = exact.applyAsDouble(x);
      double error = Math.abs(function.apply(x) - expected);
      largest = Math.max(largest, relative ? error / expected : error);
    }
    return largest;
  }

  @Test
  void tanh_isWithin4e7() {
    assertTrue(error(Elementary::tanh, Math::tanh, 20, false) < 4e-7);
    assertTrue(error(Elementary::tanh, Math::tanh, 1e-3f, false) < 1e-9);
  }

  @Test
  void sigmoid_isWithin3e7() {
    assertTrue(error(Elementary::sigmoid, x -> 1 / (1 + Math.exp(-x)), 40, false) < 3e-7);
  }

  @Test
  void exp_isWithin1e7OfItself() {
    assertTrue(error(Elementary::exp, Math::exp, 87, true) < 1e-7);
  }

  @Test
  void functions_ofLargeNumbers_stayInTheirRanges() {
    for (float x = 0; x < 30; x += 1 / 512f) {
      assertTrue(Elementary.tanh(x) <= 1, "tanh " + x);
      assertEquals(-Elementary.tanh(x), Elementary.tanh(-x));
      assertTrue(Elementary.sigmoid(x) <= 1 && Elementary.sigmoid(-x) >= 0, "sigmoid " + x);
    }
    assertEquals(1, Elementary.sigmoid(Float.POSITIVE_INFINITY), 2e-7);
    assertEquals(0, Elementary.sigmoid(Float.NEGATIVE_INFINITY), 2e-7);
    assertEquals(Elementary.exp(-87), Elementary.exp(Float.NEGATIVE_INFINITY));
    assertEquals(1, Elementary.exp(0));
  }

  @Test
  void functions_ofNaN_areNaN() {
    assertTrue(Float.isNaN(Elementary.tanh(Float.NaN)));
    assertTrue(Float.isNaN(Elementary.sigmoid(Float.NaN)));
    assertTrue(Float.isNaN(Elementary.exp(Float.NaN)));
  }
}
