package org.qat4j.cli.data;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Pictures that another program made, and what it reads from them (src/test/python/pictures.py).
 */
final class GoldenPictures {
  private GoldenPictures() {}

  /** All pictures of that name. */
  static List<Picture> expected(String name) throws IOException {
    String lines = new String(bytes("expected.txt"), StandardCharsets.US_ASCII);
    return lines
        .lines()
        .filter(line -> line.startsWith(name + " "))
        .map(GoldenPictures::parse)
        .toList();
  }

  private static Picture parse(String line) {
    String[] words = line.split(" ", -1);
    int[] shape = Arrays.stream(words[1].split("x", -1)).mapToInt(Integer::parseInt).toArray();
    byte[] pixels = new byte[words.length - 2];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) Integer.parseInt(words[i + 2]);
    }
    return new Picture(shape[0], shape[1], shape[2], pixels);
  }

  static byte[] bytes(String name) throws IOException {
    try (InputStream in = GoldenPictures.class.getResourceAsStream("/pictures/" + name)) {
      return in.readAllBytes();
    }
  }

  /** The largest difference of two pixels at the same place. */
  static int difference(Picture a, Picture b) {
    if (!a.shape().equals(b.shape())) {
      throw new AssertionError(a.shape() + " is not " + b.shape());
    }
    int largest = 0;
    for (int c = 0; c < a.channels(); c++) {
      for (int y = 0; y < a.height(); y++) {
        for (int x = 0; x < a.width(); x++) {
          largest = Math.max(largest, Math.abs(a.pixel(c, y, x) - b.pixel(c, y, x)));
        }
      }
    }
    return largest;
  }
}
