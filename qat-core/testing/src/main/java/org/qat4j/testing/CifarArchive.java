package org.qat4j.testing;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;

/**
 * A small data set in the layout of CIFAR-10: ten classes {@code c0} to {@code c9}, each of one
 * colour with noise.
 */
public final class CifarArchive {
  private static final int SIZE = 32;
  private static final int CLASSES = 10;

  /** Contents by path. */
  private final Map<String, byte[]> files = new TreeMap<>();

  /** Pictures of each class in both parts. */
  public CifarArchive(int train, int test) {
    for (int label = 0; label < CLASSES; label++) {
      for (int i = 0; i < train + test; i++) {
        String part = i < train ? "train" : "test";
        String path = part + "/c" + label + "/" + String.format("%04d.jpg", i);
        put(path, jpeg(noisy(colour(label), new Random(100L * label + i))));
      }
    }
  }

  /** Red, green and blue in bits 0 to 2 of {@code label + 1}; classes 7 to 9 are darker. */
  public static int colour(int label) {
    int bits = label % 7 + 1;
    int bright = label < 7 ? 220 : 110;
    int red = (bits & 1) * bright;
    int green = ((bits >> 1) & 1) * bright;
    int blue = (bits >> 2) * bright;
    return (red << 16) + (green << 8) + blue;
  }

  private static BufferedImage noisy(int rgb, Random random) {
    BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < SIZE; y++) {
      for (int x = 0; x < SIZE; x++) {
        int noise = random.nextInt(16);
        image.setRGB(x, y, rgb + (noise << 16) + (noise << 8) + noise);
      }
    }
    return image;
  }

  /** A JPEG file. */
  public static byte[] jpeg(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "jpeg", bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  /** Adds or replaces a file. */
  public CifarArchive put(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /** Leaves out all files of which the path starts so. */
  public CifarArchive remove(String prefix) {
    files.keySet().removeIf(path -> path.startsWith(prefix));
    return this;
  }

  /** Writes {@code cifar10.tar.gz} into a folder, from the last file to the first. */
  public Path pack(Path folder) throws IOException {
    Path archive = folder.resolve("cifar10.tar.gz");
    try (OutputStream out = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      for (String path : new TreeMap<>(files).descendingKeySet()) {
        TarArchiveEntry entry = new TarArchiveEntry(path);
        entry.setSize(files.get(path).length);
        tar.putArchiveEntry(entry);
        tar.write(files.get(path));
        tar.closeArchiveEntry();
      }
    }
    return archive;
  }

  /** Writes the files into a folder. */
  public void unpack(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.write(path, file.getValue());
    }
  }

  /** Puts a PNG image of the same pixels in the place of each JPEG image of a folder. */
  public static void turnIntoPng(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path png = file.resolveSibling(file.getFileName().toString().replace(".jpg", ".png"));
        ImageIO.write(ImageIO.read(file.toFile()), "png", png.toFile());
        Files.delete(file);
      }
    }
  }
}
