package org.qat4j.examples.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.examples.error.UserException;

class PngFolderTest {
  @TempDir private Path folder;

  private Path png(String name, int type, int width, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(width, 2, type);
    image.setRGB(1, 1, rgb);
    Path file = folder.resolve(name);
    ImageIO.write(image, "png", file.toFile());
    return file;
  }

  @Test
  void images_colourFiles_turnIntoBrightnessInNameOrder() throws IOException {
    png("b.png", BufferedImage.TYPE_INT_RGB, 3, 0xFFFFFF);
    png("a.PNG", BufferedImage.TYPE_INT_RGB, 3, 0xFF0000);
    Files.writeString(folder.resolve("notes.txt"), "not an image");

    List<Path> files = PngFolder.files(folder);
    Images images = PngFolder.images(files);

    assertEquals(
        List.of("a.PNG", "b.png"), files.stream().map(f -> f.getFileName().toString()).toList());
    assertEquals(76, images.pixel(0, 0, 1, 1));
    assertEquals(255, images.pixel(1, 0, 1, 1));
    assertEquals(0, images.pixel(1, 0, 0, 0));
  }

  @Test
  void images_greyFile_keepsItsBytes() throws IOException {
    BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setSample(1, 0, 0, 100);
    ImageIO.write(image, "png", folder.resolve("grey.png").toFile());

    assertEquals(100, PngFolder.images(PngFolder.files(folder)).pixel(0, 0, 0, 1));
  }

  @Test
  void images_otherSize_namesBothFilesAndSizes() throws IOException {
    png("a.png", BufferedImage.TYPE_INT_RGB, 3, 0);
    Path second = png("b.png", BufferedImage.TYPE_INT_RGB, 4, 0);

    UserException e =
        assertThrows(UserException.class, () -> PngFolder.images(PngFolder.files(folder)));

    assertTrue(e.getMessage().startsWith(second + ": is 2x4, but "), e.getMessage());
  }

  @Test
  void images_damagedFile_isNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("x.png"), "no image");

    UserException e = assertThrows(UserException.class, () -> PngFolder.images(List.of(file)));

    assertEquals(file + ": not an image that can be read", e.getMessage());
  }

  @Test
  void files_emptyFolder_isRefused() {
    UserException e = assertThrows(UserException.class, () -> PngFolder.files(folder));

    assertEquals(folder + ": holds no PNG files", e.getMessage());
  }
}
