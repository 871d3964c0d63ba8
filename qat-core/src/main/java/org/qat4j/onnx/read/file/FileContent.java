package org.qat4j.onnx.read.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.qat4j.onnx.OnnxFormatException;

/** The bytes of a model file, or of one of its external data. */
public final class FileContent {
  private static final int CHUNK = 1 << 16;

  private FileContent() {}

  /**
   * All of them.
   *
   * @throws OnnxFormatException if it is a folder or too large
   */
  public static byte[] of(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new OnnxFormatException(file + ": is a folder; expected a model file");
    }
    if (Files.size(file) > FormatLimits.FILE_BYTES) {
      throw new OnnxFormatException(
          file
              + ": has "
              + Files.size(file)
              + " bytes, at most "
              + FormatLimits.FILE_BYTES
              + " are read");
    }
    // Not readAllBytes: it reads through a native buffer as large as the file, which stays.
    byte[] bytes = new byte[(int) Files.size(file)];
    int length = 0;
    try (InputStream input = Files.newInputStream(file)) {
      int read = 0;
      while (length < bytes.length && read >= 0) {
        length += read;
        read = input.read(bytes, length, Math.min(CHUNK, bytes.length - length));
      }
    }
    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
  }
}
