package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitsTest {
  private static float[] pixels(Labelled data) {
    return data.images().scaled(0, data.count());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 12345, -1})
  void draw_sameSeed_givesTheSameImages(long seed) {
    assertArrayEquals(
        pixels(Digits.draw(40, seed, Digits.Part.TRAIN)),
        pixels(Digits.draw(40, seed, Digits.Part.TRAIN)));
  }

  @Test
  void draw_fewerImages_givesTheFirstOnes() {
    float[] many = pixels(Digits.draw(30, 1, Digits.Part.TRAIN));

    assertArrayEquals(Arrays.copyOf(many, 10 * 784), pixels(Digits.draw(10, 1, Digits.Part.TRAIN)));
  }

  /** Pins the pictures: another JVM or machine must draw the same ones. */
  @Test
  void draw_seed12345_isTheSameOnEveryMachine() {
    Images images = Digits.draw(100, 12345, Digits.Part.TRAIN).images();
    CRC32 crc = new CRC32();
    for (int i = 0; i < images.count(); i++) {
      for (int y = 0; y < 28; y++) {
        for (int x = 0; x < 28; x++) {
          crc.update(images.pixel(i, 0, y, x));
        }
      }
    }

    assertEquals("ae0aece4", Long.toHexString(crc.getValue()));
  }

  @Test
  void draw_trainAndTest_shareNoImage() {
    Images train = Digits.draw(100, 1, Digits.Part.TRAIN).images();
    Images test = Digits.draw(100, 1, Digits.Part.TEST).images();

    for (int i = 0; i < 100; i++) {
      for (int j = 0; j < 100; j++) {
        assertNotEquals(
            Arrays.hashCode(train.scaled(i, i + 1)),
            Arrays.hashCode(test.scaled(j, j + 1)),
            i + " and " + j);
      }
    }
  }

  @Test
  void draw_thousandImages_hasEachDigitEquallyOften() {
    Labelled data = Digits.draw(1000, 1, Digits.Part.TEST);
    int[] counts = new int[10];
    for (int i = 0; i < data.count(); i++) {
      counts[data.label(i)]++;
    }

    int[] expected = new int[10];
    Arrays.fill(expected, 100);
    assertArrayEquals(expected, counts);
  }

  /** A digit is some ink on much ground, and keeps off the border. */
  @Test
  void draw_anyImage_hasInkInTheMiddleAndAFreeBorder() {
    Images images = Digits.draw(500, 3, Digits.Part.TRAIN).images();
    for (int i = 0; i < images.count(); i++) {
      int ink = 0;
      int border = 0;
      for (int y = 0; y < 28; y++) {
        for (int x = 0; x < 28; x++) {
          boolean inked = images.pixel(i, 0, y, x) > 100;
          ink += inked ? 1 : 0;
          border += inked && (x == 0 || y == 0 || x == 27 || y == 27) ? 1 : 0;
        }
      }
      assertTrue(ink >= 15 && ink <= 300, "image " + i + " has " + ink + " inked pixels");
      assertTrue(border <= 8, "image " + i + " has " + border + " inked pixels on its border");
    }
  }

  /**
   * Too easy if the nearest mean image already tells the digits apart; too hard if it tells
   * nothing.
   */
  @Test
  void draw_nearestMeanImage_isRightOftenButNotAlways() {
    Labelled train = Digits.draw(1000, 5, Digits.Part.TRAIN);
    Labelled test = Digits.draw(500, 5, Digits.Part.TEST);
    double[][] means = new double[10][784];
    for (int i = 0; i < train.count(); i++) {
      float[] image = train.images().scaled(i, i + 1);
      for (int p = 0; p < 784; p++) {
        means[train.label(i)][p] += image[p] / 100;
      }
    }
    int right = 0;
    for (int i = 0; i < test.count(); i++) {
      right += nearest(means, test.images().scaled(i, i + 1)) == test.label(i) ? 1 : 0;
    }

    assertTrue(right > 250 && right < 475, right + " of 500 are right");
  }

  private static int nearest(double[][] means, float[] image) {
    int best = 0;
    double smallest = Double.POSITIVE_INFINITY;
    for (int digit = 0; digit < 10; digit++) {
      double distance = 0;
      for (int p = 0; p < image.length; p++) {
        double difference = image[p] - means[digit][p];
        distance += difference * difference;
      }
      if (distance < smallest) {
        smallest = distance;
        best = digit;
      }
    }
    return best;
  }
}
