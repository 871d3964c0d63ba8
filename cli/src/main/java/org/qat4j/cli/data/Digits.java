package org.qat4j.cli.data;

import java.util.List;
import java.util.Random;

/**
 * Handwriting-like digits that the program draws itself: white strokes of random style, slant,
 * size, position, bend and width on a black 28x28 ground, with noise.
 *
 * <p>Image {@code i} is a function of seed, part and {@code i} only, the same on every machine.
 * Classes are equally frequent.
 */
public final class Digits {
  /** Height and width of an image. */
  public static final int SIZE = 28;

  private Digits() {}

  /** Which of two disjoint streams of images. */
  public enum Part {
    TRAIN(0),
    TEST(1);

    private final long stream;

    Part(long stream) {
      this.stream = stream;
    }
  }

  /** The first {@code count} images of a stream. */
  public static Labelled draw(int count, long seed, Part part) {
    byte[] pixels = new byte[Math.multiplyExact(count, SIZE * SIZE)];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      int digit = i % Labelled.TEN;
      labels[i] = (byte) digit;
      drawOne(digit, Seeds.random(seed, part.stream, i), pixels, i * SIZE * SIZE);
    }
    return new Labelled(new Images(count, 1, SIZE, SIZE, pixels), labels, Labelled.TEN);
  }

  private static void drawOne(int digit, Random random, byte[] pixels, int offset) {
    List<List<Stroke>> styles = DigitShapes.STYLES.get(digit);
    Handwriting hand = Handwriting.random(random);
    List<Stroke> strokes =
        styles.get(random.nextInt(styles.size())).stream().map(hand::bend).toList();
    Pen pen = Pen.random(random);
    for (int row = 0; row < SIZE; row++) {
      for (int column = 0; column < SIZE; column++) {
        double ink = pen.ink(strokes, column + 0.5, row + 0.5);
        double noisy = 255 * ink + pen.noise() * random.nextGaussian();
        pixels[offset + row * SIZE + column] =
            (byte) Math.max(0, Math.min(255, StrictMath.rint(noisy)));
      }
    }
  }
}
