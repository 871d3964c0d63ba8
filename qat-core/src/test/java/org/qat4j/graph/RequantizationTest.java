package org.qat4j.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class RequantizationTest {
  private static final IntRange U8 = IntRange.unsigned(8);

  private static Weights weights(float scale, int fanIn) {
    return Weights.symmetric(new byte[fanIn], new float[] {scale}, IntRange.signedNarrow(8));
  }

  private static Tensor output(float scale, int zeroPoint) {
    return Tensor.codes("y", Shape.of(1), new QuantParams(scale, zeroPoint, U8));
  }

  private static Requantization of(
      float inputScale, float weightScale, int bias, Tensor output, Clip clip) {
    return Requantization.of(
        weights(weightScale, 1), new Bias(bias), new QuantParams(inputScale, 0, U8), output, clip);
  }

  @Test
  void code_halfway_roundsToEven() {
    Requantization half = of(0.5f, 1f, 0, output(1f, 0), Clip.NONE);
    assertArrayEquals(
        new int[] {0, 0, 1, 2, 2, 2, 3, 4},
        IntStream.range(0, 8).map(acc -> half.code(0, acc)).toArray());
  }

  @Test
  void code_outsideRange_saturates() {
    Requantization identity = of(1f, 1f, 0, output(1f, 3), Clip.NONE);
    assertEquals(0, identity.code(0, -4));
    assertEquals(255, identity.code(0, Integer.MAX_VALUE));
    assertEquals(0, identity.code(0, Integer.MIN_VALUE));
  }

  @Test
  void code_relu_clampsAtTheZeroPoint() {
    assertEquals(3, of(1f, 1f, 0, output(1f, 3), Clip.RELU).code(0, -2));
  }

  @Test
  void code_relu6_clampsAtTheCodeOfSix() {
    assertEquals(15, of(1f, 1f, 0, output(0.5f, 3), Clip.RELU6).code(0, 100));
  }

  @Test
  void offset_biasAndZeroPoint_areOneConstant() {
    Requantization r = of(0.5f, 0.25f, 8, output(0.125f, 7), Clip.NONE);
    assertEquals(1f, r.multiplier(0));
    assertEquals(15f, r.offset(0));
  }

  /**
   * The contract rounds the product before the sum; a fused multiply-add would give another value
   * here.
   */
  @Test
  void code_productAndSum_areRoundedSeparately() {
    Requantization r = of(1f, 0x1.000002p0f, -4096, output(1f, 0), Clip.NONE);
    assertEquals(1f, r.real(0, 4097));
    assertEquals(0x1.000002p0f, Math.fma(4097f, r.multiplier(0), r.offset(0)));
  }

  @Test
  void real_outputNotQuantized_isInRealUnits() {
    Requantization r = of(0.5f, 0.25f, 8, Tensor.real("y", Shape.of(1)), Clip.NONE);
    assertEquals(0.125f * 10 + 1f, r.real(0, 10));
  }

  @Test
  void of_accumulatorCouldOverflow_isRefused() {
    QuantParams input = new QuantParams(1f, 0, U8);
    int largest = Integer.MAX_VALUE / (255 * 127);
    Requantization.of(weights(1f, largest), new Bias(0), input, output(1f, 0), Clip.NONE);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Requantization.of(
                    weights(1f, largest + 1), new Bias(0), input, output(1f, 0), Clip.NONE));
    assertTrue(
        error.getMessage().startsWith("the int32 accumulator could overflow"), error.getMessage());
  }

  @Test
  void of_wideWeightsBeyondTwoToThe62_isRefused() {
    QuantParams input = new QuantParams(1f, 0, new IntRange(0, Integer.MAX_VALUE));
    int largest = (int) ((1L << 62) / (Integer.MAX_VALUE * 32767L));
    Requantization.of(wide(largest), new Bias(0), input, output(1f, 0), Clip.NONE);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                Requantization.of(wide(largest + 1), new Bias(0), input, output(1f, 0), Clip.NONE));
    assertTrue(
        error.getMessage().startsWith("the int64 accumulator could overflow"), error.getMessage());
  }

  private static Weights wide(int fanIn) {
    return Weights.symmetric(new short[fanIn], new float[] {1f}, IntRange.signedNarrow(16));
  }

  /** 2^31 * 3 + 1 is no float: one rounding, from the whole sum. */
  @Test
  void real_sumBeyondInt32_isRoundedOnce() {
    Requantization r =
        Requantization.of(
            wide(1),
            new Bias(0),
            new QuantParams(1f, 0, U8),
            Tensor.real("y", Shape.of(1)),
            Clip.NONE);
    assertEquals(0x1.8p32f, r.real(0, (3L << 31) + 1));
    assertEquals(0x1.800002p32f, r.real(0, (3L << 31) + 257));
  }

  @Test
  void of_scalesTooFarApart_isRefused() {
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> of(1e30f, 1e30f, 0, output(1e-30f, 0), Clip.NONE));
    assertEquals(
        "requantization constant of channel 0 overflows float32: the scales are too far apart",
        error.getMessage());
  }

  @Test
  void mean_sameParametersAndOneValue_isTheIdentity() {
    QuantParams params = new QuantParams(0.3f, 9, U8);
    Requantization r = Requantization.mean(1, params, params, Clip.NONE);
    IntStream.rangeClosed(0, 255).forEach(code -> assertEquals(code, r.code(0, code - 9)));
  }
}
