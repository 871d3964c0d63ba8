package org.qat4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.quantizers.WeightCodes;
import org.qat4j.quantizers.WeightScheme;

class FoldingTest {
  private static final float[] ROWS = {0.5f, -1f, 0.25f, 0.125f, 0f, 2f};

  private static WeightCodes codes(float[] rows, int channels) {
    return WeightScheme.uniform(8)
        .quantizer()
        .deploy(Nd4j.createFromArray(rows).reshape(channels, -1), null);
  }

  private static Folding fold(double[] factor, double[] bias) {
    return Folding.of(codes(ROWS, 2), factor, bias, 0.5f);
  }

  @Test
  void of_noNormalization_scalesEachRowToItsLargestMagnitude() {
    Folding folded = fold(new double[] {1, 1}, new double[] {0, 0});
    assertArrayEquals(new byte[] {64, -127, 32, 8, 0, 127}, folded.weights().codesOihw());
    assertArrayEquals(new float[] {1f / 127, 2f / 127}, folded.weights().scales());
  }

  @Test
  void of_positiveFactor_movesOnlyTheScale() {
    Folding plain = fold(new double[] {1, 1}, new double[] {0, 0});
    Folding folded = fold(new double[] {0.37, 41}, new double[] {0, 0});
    assertArrayEquals(plain.weights().codesOihw(), folded.weights().codesOihw());
    assertEquals((float) (plain.weights().scale(0) * 0.37), folded.weights().scale(0));
    assertEquals((float) (plain.weights().scale(1) * 41.0), folded.weights().scale(1));
  }

  @Test
  void of_negativeFactor_negatesTheCodes() {
    Folding folded = fold(new double[] {-1, 1}, new double[] {0, 0});
    assertArrayEquals(new byte[] {-64, 127, -32, 8, 0, 127}, folded.weights().codesOihw());
    assertTrue(folded.weights().scale(0) > 0);
  }

  @Test
  void of_zeroFactor_leavesOnlyTheBias() {
    Folding folded = fold(new double[] {0, 1}, new double[] {3, 0});
    for (int i = 0; i < 3; i++) {
      assertEquals(0, folded.weights().code(0, i));
    }
    assertEquals(3.0, folded.bias().code(0) * 0.5 * folded.weights().scale(0), 1e-6);
  }

  @Test
  void of_bias_isInAccumulatorUnits() {
    Folding folded = fold(new double[] {1, 1}, new double[] {1, -1});
    assertEquals(Math.rint(1 / (0.5 * (1f / 127))), folded.bias().code(0));
    assertEquals(Math.rint(-1 / (0.5 * (2f / 127))), folded.bias().code(1));
  }

  @Test
  void of_biasTooLargeForInt32_growsTheScale() {
    double huge = 1e9;
    Folding folded = fold(new double[] {1e-6, 1}, new double[] {huge, 0});
    assertEquals(huge, folded.bias().code(0) * 0.5 * folded.weights().scale(0), huge * 1e-6);
    assertTrue(Math.abs(folded.bias().code(0)) <= 1 << 30);
  }

  @Test
  void of_rowOfZeros_keepsAPositiveScale() {
    Folding folded = Folding.of(codes(new float[3], 1), new double[] {1}, new double[] {0}, 1f);
    assertArrayEquals(new byte[3], folded.weights().codesOihw());
    assertTrue(folded.weights().scale(0) > 0);
  }
}
