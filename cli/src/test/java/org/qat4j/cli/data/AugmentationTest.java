package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.qat4j.cli.data.Augmentation.Placement;

class AugmentationTest {
  private static final int SIZE = 8;

  /** Two channels; each pixel is different and none is black. */
  private static final Images IMAGES = images();

  private static Images images() {
    byte[] pixels = new byte[2 * SIZE * SIZE];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (i + 1);
    }
    return new Images(1, 2, SIZE, SIZE, pixels);
  }

  private static float[] placed(Placement placement) {
    float[] target = new float[IMAGES.size() + 2];
    target[0] = 5;
    target[target.length - 1] = 6;
    placement.copy(IMAGES, 0, target, 1);
    assertEquals(5, target[0], "before the image");
    assertEquals(6, target[target.length - 1], "behind the image");
    return Arrays.copyOfRange(target, 1, target.length - 1);
  }

  /** In bytes, so that a test can say them. */
  private static int at(float[] image, int channel, int row, int column) {
    return Math.round(255 * image[(channel * SIZE + row) * SIZE + column]);
  }

  private static float[] augmented(long seed, String phase, int epoch) {
    float[] target = new float[IMAGES.size()];
    Augmentation.shiftAndMirror(IMAGES, seed).copy(0, phase, epoch, target, 0);
    return target;
  }

  @Test
  void placement_inPlace_isTheImage() {
    assertArrayEquals(IMAGES.scaled(0, 1), placed(new Placement(0, 0, false)));
  }

  @Test
  void placement_downAndLeft_movesEveryPixelAndLeavesBlack() {
    float[] moved = placed(new Placement(3, -2, false));
    for (int channel = 0; channel < 2; channel++) {
      for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
          boolean inside = y >= 3 && x < SIZE - 2;
          assertEquals(
              inside ? IMAGES.pixel(0, channel, y - 3, x + 2) : 0, at(moved, channel, y, x));
        }
      }
    }
  }

  @Test
  void placement_mirrored_swapsLeftAndRight() {
    float[] mirrored = placed(new Placement(0, 0, true));
    assertEquals(IMAGES.pixel(0, 1, 2, 0), at(mirrored, 1, 2, SIZE - 1));
    assertEquals(IMAGES.pixel(0, 0, 7, 5), at(mirrored, 0, 7, 2));
  }

  @Test
  void placement_movedThenMirrored_isTheMirrorImageOfTheMovedOne() {
    float[] moved = placed(new Placement(-1, 4, false));
    float[] both = placed(new Placement(-1, 4, true));
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        assertEquals(at(moved, 1, y, SIZE - 1 - x), at(both, 1, y, x));
      }
    }
  }

  @Test
  void augmentation_sameSeedPhaseAndEpoch_isTheSame() {
    assertArrayEquals(augmented(3, "FLOAT", 7), augmented(3, "FLOAT", 7));
  }

  @Test
  void augmentation_overEpochsPhasesAndSeeds_differs() {
    List<List<Float>> results =
        IntStream.range(0, 20).mapToObj(epoch -> list(augmented(3, "FLOAT", epoch))).toList();
    assertTrue(new HashSet<>(results).size() > 15, "of 162 placements");
    List<List<Float>> phases =
        IntStream.range(0, 20).mapToObj(epoch -> list(augmented(3, "QAT", epoch))).toList();
    List<List<Float>> seeds =
        IntStream.range(0, 20).mapToObj(epoch -> list(augmented(4, "FLOAT", epoch))).toList();
    assertEquals(3, Set.of(results, phases, seeds).size());
  }

  @Test
  void augmentation_overManyEpochs_reachesEveryPlacement() {
    Set<List<Float>> all = new HashSet<>();
    for (int epoch = 0; epoch < 2_000; epoch++) {
      all.add(list(augmented(3, "FLOAT", epoch)));
    }
    assertEquals(9 * 9 * 2, all.size());
  }

  private static List<Float> list(float[] values) {
    return IntStream.range(0, values.length).mapToObj(i -> values[i]).toList();
  }
}
