package org.qat4j.cli.data;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.qat4j.cli.error.UserException;

/**
 * What the markers in front of a JPEG image's data say (ITU-T T.81, annex B).
 *
 * @param components 1 grey, 3 colour, 4 the inks of a printer; 0 if no marker says
 * @param orientation of Exif, 1 if there is none
 * @param profiles where the markers of colour profiles stand
 */
record JpegMarkers(int components, int orientation, List<Integer> profiles) {
  private static final int APP1 = 0xE1;
  private static final int APP2 = 0xE2;
  private static final int APP15 = 0xEF;
  private static final int START_OF_SCAN = 0xDA;
  private static final int END = 0xD9;
  private static final byte[] EXIF = "Exif\0\0".getBytes(StandardCharsets.US_ASCII);

  static boolean isJpeg(byte[] file) {
    return file.length >= 3
        && (file[0] & 0xFF) == 0xFF
        && (file[1] & 0xFF) == 0xD8
        && (file[2] & 0xFF) == 0xFF;
  }

  /**
   * @throws UserException if a marker is damaged
   */
  static JpegMarkers read(String where, byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).position(2);
    int orientation = 1;
    List<Integer> profiles = new ArrayList<>();
    while (in.remaining() >= 4 && (in.get() & 0xFF) == 0xFF) {
      int marker = in.get() & 0xFF;
      if (marker == 0xFF) {
        // Any number of these may stand in front of a marker.
        in.position(in.position() - 1);
        continue;
      }
      if (marker == START_OF_SCAN || marker == END) {
        break;
      }
      int length = (in.getShort() & 0xFFFF) - 2;
      if (length < 0 || length > in.remaining()) {
        break;
      }
      if (marker == APP2) {
        profiles.add(in.position() - 3);
      }
      ByteBuffer segment = in.slice(in.position(), length);
      in.position(in.position() + length);
      if (isFrame(marker) && length >= 6) {
        return new JpegMarkers(segment.get(5), orientation, profiles);
      }
      if (marker == APP1 && startsWithExif(segment)) {
        orientation = Exif.orientation(where, segment.position(EXIF.length).slice());
      }
    }
    return new JpegMarkers(0, orientation, profiles);
  }

  /** The file without its colour profiles, which the platform's reader would apply. */
  byte[] withoutProfiles(byte[] file) {
    byte[] plain = file.clone();
    profiles.forEach(at -> plain[at] = (byte) APP15);
    return plain;
  }

  /** SOF0 to SOF15; three numbers among them mean something else. */
  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  private static boolean startsWithExif(ByteBuffer segment) {
    return segment.remaining() >= EXIF.length
        && segment.slice(0, EXIF.length).equals(ByteBuffer.wrap(EXIF));
  }
}
