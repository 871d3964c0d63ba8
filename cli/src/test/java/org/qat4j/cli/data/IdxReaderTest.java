package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.cli.error.UserException;

class IdxReaderTest {
  @TempDir private Path folder;

  /** Two images of 2x3. */
  private static final byte[] IMAGES =
      ByteBuffer.allocate(28)
          .putInt(0x803)
          .putInt(2)
          .putInt(2)
          .putInt(3)
          .put(new byte[] {0, 1, 2, 3, 4, (byte) 255, 6, 7, 8, 9, 10, 11})
          .array();

  private static final byte[] LABELS =
      ByteBuffer.allocate(10).putInt(0x801).putInt(2).put(new byte[] {7, 0}).array();

  private Path file(String name, byte[] content) throws IOException {
    return Files.write(folder.resolve(name), content);
  }

  private static byte[] gzip(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static void assertError(String expected, Executable call) {
    assertEquals(expected, assertThrows(UserException.class, call).getMessage());
  }

  @Test
  void images_plainFile_keepsPixelsAsUnsignedBytes() throws IOException {
    Images images = IdxReader.greyImages(file("images", IMAGES));

    assertEquals(2, images.count());
    assertEquals(255, images.pixel(0, 0, 1, 2));
    assertEquals(11, images.pixel(1, 0, 1, 2));
    assertArrayEquals(
        new float[] {6 / 255f, 7 / 255f, 8 / 255f, 9 / 255f, 10 / 255f, 11 / 255f},
        images.scaled(1, 2));
  }

  @Test
  void images_gzipWithoutGzName_isRecognizedByContent() throws IOException {
    assertEquals(2, IdxReader.greyImages(file("images-idx3-ubyte", gzip(IMAGES))).count());
  }

  @Test
  void labels_plainFileWithGzName_isRecognizedByContent() throws IOException {
    assertArrayEquals(new byte[] {7, 0}, IdxReader.labels(file("labels.gz", LABELS), 10));
  }

  @Test
  void images_labelsInstead_saysThatTheyAreSwapped() throws IOException {
    Path file = file("x", LABELS);

    assertError(
        file
            + ": expected IDX images (magic 0x00000803), found IDX labels (magic 0x00000801); are the two files swapped?",
        () -> IdxReader.greyImages(file));
  }

  @Test
  void labels_imagesInstead_saysThatTheyAreSwapped() throws IOException {
    Path file = file("x", IMAGES);

    assertError(
        file
            + ": expected IDX labels (magic 0x00000801), found IDX images (magic 0x00000803); are the two files swapped?",
        () -> IdxReader.labels(file, 10));
  }

  @Test
  void images_otherFormat_showsItsStart() throws IOException {
    Path file = file("x", new byte[] {(byte) 0x89, 'P', 'N', 'G', 0, 0, 0, 0});

    assertError(
        file
            + ": expected IDX images (magic 0x00000803), found a file that starts with 0x89504E47, which is no IDX file",
        () -> IdxReader.greyImages(file));
  }

  @Test
  void images_oneByteShort_saysHowManyBytesFollow() throws IOException {
    Path file = file("x", Arrays.copyOf(IMAGES, IMAGES.length - 1));

    assertError(
        file + ": truncated: the header gives 2 images of 2x3 (12 bytes), but only 11 bytes follow",
        () -> IdxReader.greyImages(file));
  }

  @Test
  void images_oneByteLong_isRefused() throws IOException {
    Path file = file("x", Arrays.copyOf(IMAGES, IMAGES.length + 1));

    assertError(
        file + ": damaged: the header gives 2 images of 2x3 (12 bytes), but more bytes follow",
        () -> IdxReader.greyImages(file));
  }

  @Test
  void images_headerOnly_isTruncated() throws IOException {
    Path file = file("x", Arrays.copyOf(IMAGES, 9));

    assertError(
        file + ": truncated: the file ends before its header or its gzip data does",
        () -> IdxReader.greyImages(file));
  }

  @Test
  void images_truncatedGzip_saysSo() throws IOException {
    byte[] whole = gzip(IMAGES);
    Path file = file("x", Arrays.copyOf(whole, whole.length - 12));

    assertError(
        file
            + ": truncated: the header gives 2 images of 2x3 (12 bytes), but the gzip data ends early",
        () -> IdxReader.greyImages(file));
  }

  @Test
  void images_headerOfTwoBillionPixels_failsWithoutAllocatingThem() throws IOException {
    Path file =
        file(
            "x",
            ByteBuffer.allocate(16).putInt(0x803).putInt(2_000_000).putInt(28).putInt(28).array());

    assertError(
        file
            + ": truncated: the header gives 2000000 images of 28x28 (1568000000 bytes), but only 0 bytes follow",
        () -> IdxReader.greyImages(file));
  }

  @Test
  void images_negativeSize_isDamaged() throws IOException {
    Path file =
        file("x", ByteBuffer.allocate(16).putInt(0x803).putInt(-1).putInt(28).putInt(28).array());

    assertError(
        file + ": damaged: the header gives 4294967295 images", () -> IdxReader.greyImages(file));
  }

  @Test
  void labels_elevenOfTenClasses_namesImageAndLabel() throws IOException {
    Path file =
        file("x", ByteBuffer.allocate(10).putInt(0x801).putInt(2).put(new byte[] {3, 11}).array());

    assertError(
        file + ": label 11 of image 1 is not a class; labels are 0 to 9",
        () -> IdxReader.labels(file, 10));
  }

  @Test
  void labelled_otherNumberOfLabels_saysThatFilesDoNotBelongTogether() throws IOException {
    Path images = file("i", IMAGES);
    Path labels = file("l", ByteBuffer.allocate(9).putInt(0x801).putInt(1).put((byte) 3).array());

    assertError(
        labels
            + ": holds 1 labels, but "
            + images
            + " holds 2 images; these files do not belong together",
        () -> IdxReader.labelled(images, labels, 10));
  }

  @Test
  void images_missingFile_namesIt() {
    Path file = folder.resolve("absent");

    assertError("no such file: " + file, () -> IdxReader.greyImages(file));
  }

  @Test
  void mnistFolder_withoutLabels_namesTheMissingFileAndWhatIsThere() throws IOException {
    file("train-images-idx3-ubyte.gz", gzip(IMAGES));

    assertError(
        folder
            + ": no file train-labels-idx1-ubyte or train-labels-idx1-ubyte.gz; the folder holds"
            + " train-images-idx3-ubyte.gz",
        () -> new MnistFolder(folder).train(2));
  }

  @Test
  void mnistFolder_moreImagesThanThereAre_saysHowMany() throws IOException {
    Path images = file("train-images-idx3-ubyte", IMAGES);
    file("train-labels-idx1-ubyte", LABELS);

    assertError(
        images + ": 3 images are asked for, but there are 2",
        () -> new MnistFolder(folder).train(3));
  }

  @Test
  void mnistFolder_absent_saysHowToGiveIt() {
    Path absent = folder.resolve("absent");

    assertError(
        "no folder "
            + absent
            + ": give the folder of the four MNIST files with --data or as data.folder",
        () -> new MnistFolder(absent).test(1));
  }
}
