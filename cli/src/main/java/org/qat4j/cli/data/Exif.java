package org.qat4j.cli.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.qat4j.cli.error.UserException;

/** How a camera was held: the one thing in Exif data that changes what an image shows. */
final class Exif {
  private static final int ORIENTATION = 0x0112;
  private static final int ENTRY_BYTES = 12;

  private Exif() {}

  /**
   * @param tiff a TIFF header and its first directory (Exif 2.3, sec. 4.5)
   * @return 1 to 8; 1, as stored, if it is not given or unknown
   * @throws UserException if the data are damaged
   */
  static int orientation(String where, ByteBuffer tiff) {
    try {
      tiff.order(tiff.get(0) == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
      int directory = tiff.getInt(4);
      int entries = tiff.getShort(directory) & 0xFFFF;
      for (int i = 0; i < entries; i++) {
        int entry = directory + 2 + i * ENTRY_BYTES;
        if ((tiff.getShort(entry) & 0xFFFF) == ORIENTATION) {
          int value = tiff.getShort(entry + 8);
          return value >= 1 && value <= 8 ? value : 1;
        }
      }
      return 1;
    } catch (IndexOutOfBoundsException e) {
      throw new UserException(
          where
              + ": its Exif data are damaged, and with them which side is up; remove them from the"
              + " file",
          e);
    }
  }
}
