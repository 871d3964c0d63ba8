package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.cli.error.UserException;
import org.qat4j.testing.CifarArchive;

class Cifar10FolderTest {
  /** JPEG is not exact, least of all in the noise's colour. */
  private static final int TOLERANCE = 24;

  @TempDir private Path folder;

  private String failure(CifarArchive files) throws IOException {
    files.pack(folder);
    return assertThrows(UserException.class, () -> Cifar10Folder.read(folder).train(10))
        .getMessage();
  }

  @Test
  void archive_classesComeInTurnsAndAlphabetically() throws IOException {
    new CifarArchive(3, 1).pack(folder);

    Labelled train = Cifar10Folder.read(folder).train(25);

    assertArrayEquals(
        IntStream.range(0, 25).map(i -> i % 10).toArray(),
        IntStream.range(0, 25).map(train::label).toArray());
    for (int i = 0; i < 25; i++) {
      int colour = CifarArchive.colour(i % 10);
      for (int channel = 0; channel < 3; channel++) {
        int expected = colour >> (16 - 8 * channel) & 0xFF;
        assertEquals(expected + 8, train.images().pixel(i, channel, 16, 16), TOLERANCE);
      }
    }
  }

  @Test
  void archive_unpacked_givesTheSameImages() throws IOException {
    CifarArchive files = new CifarArchive(2, 1);
    files.pack(folder);
    Path unpacked = Files.createDirectory(folder.resolve("unpacked"));
    files.unpack(unpacked);

    assertArrayEquals(
        Cifar10Folder.read(folder).train(20).images().scaled(0, 20),
        Cifar10Folder.read(unpacked).train(20).images().scaled(0, 20));
    assertArrayEquals(
        Cifar10Folder.read(folder).test(10).images().scaled(0, 10),
        Cifar10Folder.read(unpacked).test(10).images().scaled(0, 10));
  }

  @Test
  void folder_absent_isNamed() {
    Path absent = folder.resolve("absent");
    assertEquals(
        "no folder "
            + absent
            + ": give the folder of CIFAR-10's tar.gz archive with --data or as data.folder",
        assertThrows(UserException.class, () -> Cifar10Folder.read(absent)).getMessage());
  }

  @Test
  void folder_withoutArchive_saysWhatIsExpected() {
    assertEquals(
        folder
            + ": holds 0 tar archives and no folder train; expected one archive, or the folders"
            + " train and test with a folder of image files for each class",
        assertThrows(UserException.class, () -> Cifar10Folder.read(folder)).getMessage());
  }

  @Test
  void archive_truncated_isRefused() throws IOException {
    Path archive = new CifarArchive(2, 1).pack(folder);
    byte[] bytes = Files.readAllBytes(archive);
    Files.write(archive, Arrays.copyOf(bytes, bytes.length / 2));

    assertEquals(
        archive + ": truncated: its gzip data ends early; get the file again",
        assertThrows(UserException.class, () -> Cifar10Folder.read(folder)).getMessage());
  }

  @Test
  void archive_notCompressed_isRefused() throws IOException {
    Path archive = Files.writeString(folder.resolve("cifar10.tar.gz"), "<html>not found</html>");

    assertEquals(
        archive + ": damaged gzip data (Not in GZIP format)",
        assertThrows(UserException.class, () -> Cifar10Folder.read(folder)).getMessage());
  }

  @Test
  void picture_ofAnotherSize_isNamed() throws IOException {
    byte[] large = CifarArchive.jpeg(new BufferedImage(40, 36, BufferedImage.TYPE_INT_RGB));

    assertEquals(
        folder.resolve("cifar10.tar.gz")
            + ": train/c4/0000.jpg: is an image of 3x36x40 (channels, height, width); expected"
            + " 3x32x32 (channels, height, width); remove it or put the original there",
        failure(new CifarArchive(1, 1).put("train/c4/0000.jpg", large)));
  }

  @Test
  void picture_thatIsNone_isNamed() throws IOException {
    String message = failure(new CifarArchive(1, 1).put("train/c4/0000.jpg", new byte[] {1, 2, 3}));

    assertEquals(
        folder.resolve("cifar10.tar.gz") + ": train/c4/0000.jpg: neither a PNG nor a JPEG image",
        message);
  }

  @Test
  void classes_ofAnotherNumber_areListed() throws IOException {
    assertEquals(
        folder.resolve("cifar10.tar.gz")
            + ": train has 9 classes with image files [c0, c1, c2, c3, c4, c5, c6, c7, c8];"
            + " expected 10 folders train/<class>/*.jpg",
        failure(new CifarArchive(1, 1).remove("train/c9")));
  }

  @Test
  void images_moreThanThereAre_areRefused() throws IOException {
    Path archive = new CifarArchive(1, 1).pack(folder);

    assertEquals(
        archive + ", test: 11 images are asked for, but there are 10",
        assertThrows(UserException.class, () -> Cifar10Folder.read(folder).test(11)).getMessage());
  }
}
