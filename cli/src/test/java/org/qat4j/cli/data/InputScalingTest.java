package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class InputScalingTest {
  private static Images every() {
    byte[] pixels = new byte[2 * 3 * 256];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    return new Images(2, 3, 16, 16, pixels);
  }

  @Test
  void none_ofEveryByte_isWhatTrainingSees() {
    float[] values = every().scaled(0, 2);

    for (int i = 0; i < values.length; i++) {
      assertEquals(i % 256 / 255f, values[i]);
    }
  }

  @Test
  void white_255_keepsBytes() {
    InputScaling bytes = new InputScaling(255, List.of(0.0), List.of(1.0));

    float[] values = every().scaledBy(bytes).scaled(1, 2);

    for (int i = 0; i < values.length; i++) {
      assertEquals(i % 256, values[i]);
    }
  }

  @Test
  void meanAndDeviation_ofEachChannel_areItsOwn() {
    InputScaling scaling = new InputScaling(1, List.of(0.5, 0.25, 0.0), List.of(0.5, 0.25, 2.0));

    float[] values = every().scaledBy(scaling).scaled(0, 1);

    assertEquals(-1f, values[0]);
    assertEquals(1f, values[255]);
    assertEquals(3f, values[256 + 255]);
    assertEquals(0.5f, values[512 + 255]);
  }

  @Test
  void numbers_forOtherChannels_areRefused() {
    InputScaling two = new InputScaling(1, List.of(0.0, 0.0), List.of(1.0));

    assertEquals(
        "mean has 2 numbers; expected one, or one for each of 3 channels",
        assertThrows(IllegalArgumentException.class, () -> every().scaledBy(two)).getMessage());
  }

  @Test
  void deviation_zero_isRefused() {
    assertEquals(
        "std must be above 0, got [0.0]",
        assertThrows(
                IllegalArgumentException.class,
                () -> new InputScaling(1, List.of(0.0), List.of(0.0)))
            .getMessage());
  }

  @Test
  void mean_notANumber_isRefused() {
    assertEquals(
        "mean must be a number, got NaN",
        assertThrows(
                IllegalArgumentException.class,
                () -> new InputScaling(1, List.of(Double.NaN), List.of(1.0)))
            .getMessage());
  }
}
