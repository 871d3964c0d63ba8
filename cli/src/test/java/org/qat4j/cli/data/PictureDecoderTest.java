package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.cli.error.UserException;

class PictureDecoderTest {
  private final PictureDecoder decoder = new PictureDecoder();

  @AfterEach
  void close() {
    decoder.close();
  }

  private Picture decode(String name) throws IOException {
    return decoder.decode(name, GoldenPictures.bytes(name));
  }

  private String failure(String name, byte[] file) {
    return assertThrows(UserException.class, () -> decoder.decode(name, file)).getMessage();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "grey.png",
        "rgb.png",
        "palette.png",
        "grey1.png",
        "grey2.png",
        "grey4.png",
        "opaque.png",
        "grey-opaque.png",
        "gamma.png",
        "turned.png"
      })
  void decode_png_givesTheStoredSamples(String name) throws IOException {
    assertEquals(0, GoldenPictures.difference(GoldenPictures.expected(name).get(0), decode(name)));
  }

  /** Two decoders round the colour conversion differently. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "rgb.jpg",
        "subsampled.jpg",
        "progressive.jpg",
        "grey.jpg",
        "profile.jpg",
        "turned2.jpg",
        "turned3.jpg",
        "turned4.jpg",
        "turned5.jpg",
        "turned6.jpg",
        "turned7.jpg",
        "turned8.jpg"
      })
  void decode_jpeg_givesWhatAnotherDecoderGives(String name) throws IOException {
    assertEquals(
        0, GoldenPictures.difference(GoldenPictures.expected(name).get(0), decode(name)), 2);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = ':',
      value = {
        "transparent.png: has transparent pixels, whose colour is not known; put it on a background",
        "transparent-palette.png: has transparent pixels, whose colour is not known; put it on a background",
        "transparent-colour.png: has transparent pixels, whose colour is not known; put it on a background",
        "sixteen-bits.png: has 16 bits for each sample; expected 8, as in training; convert it",
        "cmyk.jpg: has the four inks of a printer (CMYK); expected grey or RGB; convert it"
      })
  void decode_kindWithoutGreyOrColourBytes_isRefused(String name, String message)
      throws IOException {
    assertEquals(name + ": " + message, failure(name, GoldenPictures.bytes(name)));
  }

  @Test
  void decode_anythingElse_isRefused() {
    byte[] file = "GIF89a".getBytes(StandardCharsets.US_ASCII);
    assertEquals("x.png: neither a PNG nor a JPEG image", failure("x.png", file));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"grey.png", "rgb.png", "palette.png", "grey.jpg", "rgb.jpg", "progressive.jpg"})
  void decode_truncatedAnywhere_isRefused(String name) throws IOException {
    byte[] whole = GoldenPictures.bytes(name);
    for (int length = 0; length < whole.length; length++) {
      String message = failure(name, Arrays.copyOf(whole, length));
      assertTrue(message.startsWith(name + ": "), message);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"grey.png", "rgb.png", "palette.png", "turned.png"})
  void decode_pngWithAnyByteChanged_isRefused(String name) throws IOException {
    byte[] whole = GoldenPictures.bytes(name);
    for (int i = 0; i < whole.length; i++) {
      byte[] damaged = whole.clone();
      damaged[i] ^= 0x10;
      String message = failure(name, damaged);
      assertTrue(message.startsWith(name + ": "), message);
    }
  }

  /** JPEG has no check sums; what cannot be noticed must at least not break the program. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void decode_damagedJpeg_isDecodedOrRefused(long seed) throws IOException {
    Random random = new Random(seed);
    byte[] whole = GoldenPictures.bytes("turned6.jpg");
    int refused = 0;
    for (int i = 0; i < 500; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      try {
        decoder.decode("x", damaged);
      } catch (UserException e) {
        refused++;
      }
    }
    assertTrue(refused > 50 && refused < 500, refused + " of 500 refused");
  }

  @Test
  void decode_smallFileOfManyPixels_isRefusedBeforeItTakesMemory() throws IOException {
    byte[] file = GoldenPictures.bytes("rgb.jpg");
    // The frame header's height and width.
    int frame = indexOfFrame(file);
    file[frame + 5] = (byte) 0xF0;
    file[frame + 7] = (byte) 0xF0;

    assertEquals("x: holds 3776594112 pixels; expected at most 67108864", failure("x", file));
  }

  private static int indexOfFrame(byte[] file) {
    int i = 0;
    while ((file[i] & 0xFF) != 0xFF || (file[i + 1] & 0xFF) != 0xC0) {
      i++;
    }
    return i;
  }
}
