package org.qat4j.pruning;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Which weights go, and when. */
class SparsityTest {
  private static WeightMask mask(String name, int window, float[][] rows) {
    INDArray weights = Nd4j.createFromArray(rows);
    return new WeightMask(name, weights, Nd4j.zeros(DataType.FLOAT, weights.length()), window);
  }

  /** 1 where a weight was removed. */
  private static int[] removed(WeightMask mask) {
    float[] magnitudes = mask.magnitudes();
    return IntStream.range(0, magnitudes.length).map(i -> magnitudes[i] < 0 ? 1 : 0).toArray();
  }

  private static int[] removed(WeightMask mask, Pruning pruning, int iteration) {
    pruning.remove(List.of(mask), iteration);
    return removed(mask);
  }

  @Test
  void perLayer_smallestMagnitudes_go() {
    WeightMask mask = mask("a", 1, new float[][] {{0.3f, -0.1f, 0.2f}, {-4, 5, 0.15f}});
    assertArrayEquals(new int[] {0, 1, 1, 0, 0, 1}, removed(mask, Pruning.perLayer(0.5), 0));
  }

  @Test
  void perLayer_equalMagnitudes_exactlySoManyGoTheFirstOnesFirst() {
    WeightMask mask = mask("a", 1, new float[][] {{1, -1, 1, 1}});
    assertArrayEquals(new int[] {1, 1, 0, 0}, removed(mask, Pruning.perLayer(0.5), 0));
  }

  @Test
  void perLayer_nearlyAll_oneStays() {
    WeightMask mask = mask("a", 1, new float[][] {{1, 2, 3}});
    assertArrayEquals(new int[] {1, 1, 0}, removed(mask, Pruning.perLayer(0.99), 0));
  }

  @Test
  void remove_removedBefore_staysRemoved() {
    WeightMask mask = mask("a", 1, new float[][] {{0, 1, 2, 3}});
    mask.adoptZeros();
    assertArrayEquals(new int[] {1, 0, 0, 0}, removed(mask, Pruning.perLayer(0.25), 0));
    assertArrayEquals(new int[] {1, 0, 0, 0}, removed(mask, Pruning.perLayer(0), 0));
  }

  @Test
  void global_layersOfOtherScale_shareTheThreshold() {
    WeightMask small = mask("small", 1, new float[][] {{0.1f, 0.2f, 0.3f, 7}});
    WeightMask large = mask("large", 1, new float[][] {{4, 5, 6, 0.15f}});
    Pruning.global(0.5).remove(List.of(small, large), 0);
    assertArrayEquals(new int[] {1, 1, 1, 0}, removed(small));
    assertArrayEquals(new int[] {0, 0, 0, 1}, removed(large));
  }

  @Test
  void global_layerWithoutRest_isNamedAndNothingRemoved() {
    WeightMask small = mask("small", 1, new float[][] {{0.1f, 0.2f}});
    WeightMask large = mask("large", 1, new float[][] {{4, 5}});
    IllegalStateException error =
        assertThrows(
            IllegalStateException.class,
            () -> Pruning.global(0.5).remove(List.of(large, small), 0));
    assertTrue(error.getMessage().startsWith("layer 'small': a sparsity of 0.5"));
    assertArrayEquals(new int[] {0, 0}, removed(small));
    assertArrayEquals(new int[] {0, 0}, removed(large));
  }

  @Test
  void twoOfFour_denseLayer_groupsNeighbouringInputs() {
    WeightMask mask = mask("a", 1, new float[][] {{4, 3, 2, 1, 1, 9, 1, 8}});
    assertArrayEquals(new int[] {0, 0, 1, 1, 1, 0, 1, 0}, removed(mask, Pruning.nOfM(2, 4), 0));
  }

  /** A row holds channel after channel, each with its two places. */
  @Test
  void twoOfFour_convolution_groupsChannelsAtOnePlaceOfTheKernel() {
    WeightMask mask = mask("a", 2, new float[][] {{4, 1, 3, 2, 2, 3, 1, 4}});
    assertArrayEquals(new int[] {0, 1, 0, 1, 1, 0, 1, 0}, removed(mask, Pruning.nOfM(2, 4), 0));
  }

  @Test
  void twoOfFour_inputsThatFourDoesNotDivide_areRefused() {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> new Sparsity.NOfM(2, 4).requireFits(6));
    assertEquals("2:4 sparsity needs a multiple of 4 input channels, got 6", error.getMessage());
  }

  /** s(t) of eq. 1 with s_f = 0.8, from 100 to 200: at half of the way 0.8 - 0.8 / 8. */
  @Test
  void schedule_cubic_isEquation1() {
    SparsitySchedule schedule = new SparsitySchedule(100, 200, 50);
    assertEquals(0, schedule.at(99, 0.8));
    assertEquals(0, schedule.at(100, 0.8), 1e-12);
    assertEquals(0.7, schedule.at(150, 0.8), 1e-12);
    assertEquals(0.8, schedule.at(200, 0.8));
    assertEquals(0.8, schedule.at(5000, 0.8));
  }

  @Test
  void schedule_isDue_everyStepAndAtTheEnd() {
    SparsitySchedule schedule = new SparsitySchedule(10, 25, 10);
    assertArrayEquals(
        new int[] {10, 20, 25}, IntStream.range(0, 100).filter(schedule::isDue).toArray());
  }

  @Test
  void schedule_immediate_isWholeBeforeTheFirstIteration() {
    assertEquals(0.9, SparsitySchedule.IMMEDIATE.at(0, 0.9));
    assertArrayEquals(
        new int[] {0}, IntStream.range(0, 9).filter(SparsitySchedule.IMMEDIATE::isDue).toArray());
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, -0.1, Double.NaN, Double.POSITIVE_INFINITY})
  void sparsity_noFraction_isRefused(double fraction) {
    String message =
        "sparsity must be at least 0 and less than 1, or no weight is left; got " + fraction;
    for (Runnable made :
        List.<Runnable>of(() -> Pruning.perLayer(fraction), () -> Pruning.global(fraction))) {
      assertEquals(message, assertThrows(IllegalArgumentException.class, made::run).getMessage());
    }
  }

  @Test
  void schedule_endingBeforeItStarts_isRefused() {
    assertThrows(IllegalArgumentException.class, () -> Pruning.perLayer(0.5).gradually(10, 5, 1));
    assertThrows(IllegalArgumentException.class, () -> Pruning.perLayer(0.5).gradually(0, 5, 0));
  }
}
