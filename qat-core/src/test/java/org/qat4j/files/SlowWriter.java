package org.qat4j.files;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;

/** A program that writes a file in small pieces, to be killed or to run out of space on the way. */
final class SlowWriter {
  private static final int PIECE = 1 << 12;

  private SlowWriter() {}

  /**
   * Writes the file and says how far it is.
   *
   * @param args file, bytes to write, and whether to stop in the middle until killed
   */
  public static void main(String[] args) throws InterruptedException {
    int bytes = Integer.parseInt(args[1]);
    boolean waits = Boolean.parseBoolean(args[2]);
    try {
      AtomicFile.write(Path.of(args[0]), out -> write(out, bytes, waits));
      System.out.println("complete");
    } catch (IOException e) {
      System.out.println(e.getMessage());
    }
  }

  private static void write(OutputStream out, int bytes, boolean waits) throws IOException {
    byte[] piece = new byte[PIECE];
    for (int written = 0; written < bytes; written += PIECE) {
      out.write(piece);
      if (waits && written >= bytes / 2) {
        out.flush();
        System.out.println("half");
        System.in.read();
      }
    }
  }
}
