package org.qat4j.cli.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import org.qat4j.cli.error.UserException;

/**
 * What the chunks of a PNG file say (ISO/IEC 15948, clause 5 and 11). The platform's reader neither
 * checks their sums nor shows how the pixels are stored.
 *
 * @param depth bits of a sample, or of a palette's index
 * @param colourType 0 grey, 2 colour, 3 palette, 4 grey with alpha, 6 colour with alpha
 * @param transparentColour whether a colour of an image without alpha stands for transparency
 * @param orientation of Exif, 1 if there is none
 */
record PngChunks(int depth, int colourType, boolean transparentColour, int orientation) {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

  /** Name, width, height, and five numbers of one byte; depth and colour type come first. */
  private static final int HEADER_BYTES = 4 + 4 + 4 + 5;

  static final int PALETTE = 3;

  static boolean isPng(byte[] file) {
    return file.length >= SIGNATURE.length
        && ByteBuffer.wrap(file, 0, SIGNATURE.length).equals(ByteBuffer.wrap(SIGNATURE));
  }

  /**
   * @throws UserException if the file is truncated or damaged
   */
  static PngChunks read(String where, byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).position(SIGNATURE.length);
    int depth = 0;
    int colourType = 0;
    boolean transparentColour = false;
    int orientation = 1;
    String name = "";
    while (!name.equals("IEND")) {
      ByteBuffer data = chunk(where, in);
      name = StandardCharsets.ISO_8859_1.decode(data.slice(0, 4)).toString();
      data.position(4);
      switch (name) {
        case "IHDR" -> {
          if (data.limit() != HEADER_BYTES) {
            throw new UserException(where + ": damaged: its PNG header has a wrong length");
          }
          depth = data.get(HEADER_BYTES - 5);
          colourType = data.get(HEADER_BYTES - 4);
        }
        case "tRNS" -> transparentColour = colourType != PALETTE;
        case "eXIf" -> orientation = Exif.orientation(where, data.slice());
        default -> {}
      }
    }
    return new PngChunks(depth, colourType, transparentColour, orientation);
  }

  /** Name and data of the next chunk. */
  private static ByteBuffer chunk(String where, ByteBuffer in) {
    if (in.remaining() < 12 || in.getInt(in.position()) < 0) {
      throw truncated(where);
    }
    int length = 4 + in.getInt();
    if (in.remaining() - 4 < length) {
      throw truncated(where);
    }
    ByteBuffer chunk = in.slice(in.position(), length);
    CRC32 sum = new CRC32();
    sum.update(chunk.duplicate());
    in.position(in.position() + length);
    if ((int) sum.getValue() != in.getInt()) {
      throw new UserException(
          where + ": damaged: the check sum of a part of the PNG image is wrong; get it again");
    }
    return chunk;
  }

  private static UserException truncated(String where) {
    return new UserException(where + ": truncated: the PNG image ends early; get the file again");
  }
}
