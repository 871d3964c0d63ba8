package org.qat4j.scheme;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuantParamsTest {
  private static final float[] ARTICLE = {1.2f, 2.3f, 3.4f, 4.5f, 5.6f};

  private static int[] codes(QuantParams params, float... reals) {
    return IntStream.range(0, reals.length).map(i -> params.quantize(reals[i])).toArray();
  }

  @Test
  void affine_minusTwoToSix_matchesWorkedExample() {
    QuantParams params = QuantParams.affine(-2f, 6f, IntRange.signed(8));
    assertEquals(8f / 255, params.scale());
    assertEquals(-64, params.zeroPoint());
    assertEquals(-55, params.quantize(0.28f));
    assertEquals(0.2823529f, params.dequantize(-55), 1e-7f);
  }

  @Test
  void affine_articleVector_matchesWorkedExample() {
    QuantParams params = QuantParams.affine(1.2f, 5.6f, IntRange.signed(8));
    assertEquals(0.0219608f, params.scale(), 5e-8f);
    assertEquals(-128, params.zeroPoint());
    assertArrayEquals(new int[] {-73, -23, 27, 77, 127}, codes(params, ARTICLE));
  }

  @Test
  void symmetric_articleVector_matchesWorkedExample() {
    QuantParams params = QuantParams.symmetric(5.6f, IntRange.signedNarrow(8));
    assertEquals(0.0440945f, params.scale(), 5e-8f);
    assertArrayEquals(new int[] {27, 52, 77, 102, 127}, codes(params, ARTICLE));
  }

  /** At scale 1 quantization is plain rounding; the printed "full-zero" formula cancels to it. */
  @Test
  void quantize_articleVectorAtScaleOne_isPlainRounding() {
    int[] rounded = codes(new QuantParams(1f, 0, IntRange.signed(8)), ARTICLE);
    assertArrayEquals(new int[] {1, 2, 3, 4, 6}, rounded);
    assertEquals(5, IntStream.of(rounded).filter(code -> code != 0).count());
  }

  /** The scale of the article, 2 / (2^2 - 1); without the clip, 1 would become 4/3. */
  @Test
  void fakeQuantize_twoBitsAtTwoThirds_staysInsideTheRange() {
    QuantParams params = new QuantParams(2f / 3, 0, IntRange.signed(2));
    assertEquals(2f / 3, params.fakeQuantize(0.75f));
    assertEquals(2f / 3, params.fakeQuantize(1f));
  }

  /** The article says 1. */
  @Test
  void fakeQuantize_stepOfTwoToThe24_swallowsSmallNumbers() {
    assertEquals(
        0f, new QuantParams(0x1p24f, 0, IntRange.signed(16)).fakeQuantize((float) 1.23456789));
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource({"0.5, 0", "1.5, 2", "2.5, 2", "-0.5, 0", "-1.5, -2", "-2.5, -2"})
  void quantize_halfway_roundsToEven(float real, int expected) {
    assertEquals(expected, new QuantParams(1f, 0, IntRange.signed(8)).quantize(real));
  }

  @Test
  void quantize_outsideRange_clampsAfterRounding() {
    QuantParams params = new QuantParams(1f, 10, IntRange.unsigned(8));
    assertArrayEquals(
        new int[] {0, 0, 255, 255, 0},
        codes(params, -10.4f, Float.NEGATIVE_INFINITY, 245.4f, Float.POSITIVE_INFINITY, Float.NaN));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void quantize_randomRanges_keepTheLaws(long seed) {
    Random random = new Random(seed);
    for (int n = 0; n < 200; n++) {
      float min = -random.nextFloat() * 50;
      float max = random.nextFloat() * 50;
      QuantParams params = QuantParams.affine(min, max, IntRange.unsigned(2 + random.nextInt(7)));
      assertEquals(0f, params.fakeQuantize(0f), "zero is exact");
      int previous = Integer.MIN_VALUE;
      for (int i = 0; i <= 100; i++) {
        float real = min + (max - min) * i / 100;
        int code = params.quantize(real);
        assertTrue(code >= previous, "monotone");
        previous = code;
        float back = params.dequantize(code);
        assertEquals(code, params.quantize(back), "idempotent");
        // Rounding the zero point shifts the covered interval by up to half a step, which may clamp
        // at one end.
        assertEquals(real, back, params.scale() * 1.001f, "round trip");
      }
    }
  }

  @Test
  void affine_zeroWidth_usesScaleOne() {
    assertEquals(
        new QuantParams(1f, 0, IntRange.unsigned(8)),
        QuantParams.affine(0f, 0f, IntRange.unsigned(8)));
  }

  @Test
  void affine_tinyRange_keepsAPositiveScale() {
    assertTrue(QuantParams.affine(0f, Float.MIN_VALUE, IntRange.unsigned(8)).scale() > 0);
  }

  @ParameterizedTest(name = "[{0}, {1}]")
  @CsvSource({"NaN, 1", "0, NaN", "0, Infinity", "2, 1"})
  void affine_badBounds_areRefused(float min, float max) {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> QuantParams.affine(min, max, IntRange.unsigned(8)));
    assertEquals(
        "range bounds must be finite with min <= max, got [" + min + ", " + max + "]",
        error.getMessage());
  }

  @ParameterizedTest(name = "scale {0}")
  @ValueSource(floats = {0f, -1f, Float.NaN, Float.POSITIVE_INFINITY})
  void constructor_badScale_isRefused(float scale) {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> new QuantParams(scale, 0, IntRange.signed(8)));
    assertEquals("scale must be finite and > 0, got " + scale, error.getMessage());
  }

  @Test
  void constructor_zeroPointOutsideRange_isRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> new QuantParams(1f, 300, IntRange.unsigned(8)));
    assertEquals("zeroPoint 300 outside [0, 255]", error.getMessage());
  }
}
