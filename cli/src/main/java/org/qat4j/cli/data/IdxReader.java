package org.qat4j.cli.data;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.qat4j.cli.error.UserException;

/**
 * Reads IDX files, the format of MNIST: a magic number, big-endian sizes, then unsigned bytes.
 * Compression is told by the content, not by the name.
 */
public final class IdxReader {
  /** Unsigned bytes; the last digit is the number of sizes. */
  private static final int LABELS = 0x801;

  private static final int GREY_IMAGES = 0x803;
  private static final int IMAGES = 0x804;
  private static final int GZIP = 0x1F8B;

  private IdxReader() {}

  /** Images as they are stored. */
  static final class Stored {
    /** Three or four, the first one of which is the number of images. */
    final int[] sizes;

    final byte[] bytes;

    private Stored(int[] sizes, byte[] bytes) {
      this.sizes = sizes;
      this.bytes = bytes;
    }
  }

  /**
   * Reads images with any number of channels.
   *
   * @throws UserException if the file is not a complete IDX file of images
   */
  static Stored images(Path file) {
    return read(
        file,
        in -> {
          int magic = in.readInt();
          requireMagic(file, magic, magic == IMAGES ? IMAGES : GREY_IMAGES);
          int[] sizes = new int[magic & 0xFF];
          String[] names = {"images", "rows", "columns", "channels"};
          StringBuilder header = new StringBuilder();
          long bytes = 1;
          for (int i = 0; i < sizes.length; i++) {
            sizes[i] =
                size(file, sizes.length == 3 || i == 0 ? names[i] : "as a size", in.readInt());
            header.append(i == 0 ? "" : i == 1 ? " images of " : "x").append(sizes[i]);
            bytes = Math.multiplyExact(bytes, sizes[i]);
          }
          return new Stored(sizes, body(file, in, header.toString(), bytes));
        });
  }

  /**
   * Reads grey images.
   *
   * @throws UserException if the file is not a complete IDX file of grey images
   */
  static Images greyImages(Path file) {
    Stored read = images(file);
    int[] sizes = read.sizes;
    if (sizes.length != 3) {
      throw new UserException(
          file + ": expected " + describe(GREY_IMAGES) + ", found " + describe(IMAGES));
    }
    return new Images(sizes[0], 1, sizes[1], sizes[2], read.bytes);
  }

  /**
   * Reads labels.
   *
   * @param classes how many there are
   * @return one label per image, each in {@code [0, classes)} as an unsigned byte
   * @throws UserException if the file is not a complete IDX file of labels
   */
  static byte[] labels(Path file, int classes) {
    return read(
        file,
        in -> {
          requireMagic(file, in.readInt(), LABELS);
          int count = size(file, "labels", in.readInt());
          byte[] labels = body(file, in, count + " labels", count);
          requireClasses(file, labels, classes);
          return labels;
        });
  }

  /**
   * Images with their labels.
   *
   * @throws UserException if a file is wrong or the numbers differ
   */
  static Labelled labelled(Path imageFile, Path labelFile) {
    Images images = greyImages(imageFile);
    return new Labelled(
        images, labels(labelFile, Labelled.TEN, imageFile, images.count()), Labelled.TEN);
  }

  /**
   * Labels of images that were read before.
   *
   * @param classes how many there are
   * @param images where these came from
   * @param count how many there are
   * @throws UserException if the file is wrong or holds another number of labels
   */
  public static byte[] labels(Path file, int classes, Path images, int count) {
    byte[] labels = labels(file, classes);
    if (labels.length != count) {
      throw new UserException(
          file
              + ": holds "
              + labels.length
              + " labels, but "
              + images
              + " holds "
              + count
              + " images; these files do not belong together");
    }
    return labels;
  }

  private interface Body<T> {
    T read(DataInputStream in) throws IOException;
  }

  private static <T> T read(Path file, Body<T> body) {
    try (DataInputStream in = open(file)) {
      return body.read(in);
    } catch (NoSuchFileException e) {
      throw new UserException("no such file: " + file, e);
    } catch (ZipException e) {
      throw new UserException(file + ": damaged gzip data (" + e.getMessage() + ")", e);
    } catch (EOFException e) {
      throw new UserException(
          file + ": truncated: the file ends before its header or its gzip data does", e);
    } catch (ArithmeticException e) {
      throw new UserException(
          file + ": damaged: the header gives an impossible number of pixels", e);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + " (" + e + ")", e);
    }
  }

  private static DataInputStream open(Path file) throws IOException {
    InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    raw.mark(2);
    int start = raw.read() << 8 | raw.read();
    raw.reset();
    return new DataInputStream(start == GZIP ? new GZIPInputStream(raw, 1 << 16) : raw);
  }

  private static void requireMagic(Path file, int actual, int expected) {
    if (actual == expected) {
      return;
    }
    String found = describe(actual);
    boolean swapped = actual == IMAGES || actual == GREY_IMAGES || actual == LABELS;
    String hint = swapped ? "; are the two files swapped?" : "";
    throw new UserException(file + ": expected " + describe(expected) + ", found " + found + hint);
  }

  private static String describe(int magic) {
    return switch (magic) {
      case GREY_IMAGES -> "IDX images (magic 0x00000803)";
      case IMAGES -> "IDX images of several channels (magic 0x00000804)";
      case LABELS -> "IDX labels (magic 0x00000801)";
      default ->
          isIdx(magic)
              ? String.format("IDX data of another type or rank (magic 0x%08X)", magic)
              : String.format("a file that starts with 0x%08X, which is no IDX file", magic);
    };
  }

  private static boolean isIdx(int magic) {
    return magic >>> 8 >= 0x08 && magic >>> 8 <= 0x0E && (magic & 0xFF) != 0;
  }

  private static int size(Path file, String what, int value) {
    if (value < 1) {
      throw new UserException(
          file + ": damaged: the header gives " + Integer.toUnsignedString(value) + " " + what);
    }
    return value;
  }

  /** Reads in chunks as the data comes: a header that lies about the size does not allocate it. */
  private static byte[] body(Path file, InputStream in, String header, long expected)
      throws IOException {
    if (expected > Integer.MAX_VALUE - 16) {
      throw new UserException(
          file
              + ": the header gives "
              + header
              + ", which is "
              + expected
              + " bytes; at most 2 GiB can be read");
    }
    byte[] bytes;
    try {
      bytes = in.readNBytes((int) expected + 1);
    } catch (EOFException e) {
      throw new UserException(
          file
              + ": truncated: the header gives "
              + header
              + " ("
              + expected
              + " bytes), but the gzip data ends early",
          e);
    }
    if (bytes.length < expected) {
      throw new UserException(
          file
              + ": truncated: the header gives "
              + header
              + " ("
              + expected
              + " bytes), but only "
              + bytes.length
              + " bytes follow");
    }
    if (bytes.length > expected) {
      throw new UserException(
          file
              + ": damaged: the header gives "
              + header
              + " ("
              + expected
              + " bytes), but more bytes follow");
    }
    return bytes;
  }

  private static void requireClasses(Path file, byte[] labels, int classes) {
    for (int i = 0; i < labels.length; i++) {
      if ((labels[i] & 0xFF) >= classes) {
        throw new UserException(
            file
                + ": label "
                + (labels[i] & 0xFF)
                + " of image "
                + i
                + " is not a class; labels are 0 to "
                + (classes - 1));
      }
    }
  }
}
