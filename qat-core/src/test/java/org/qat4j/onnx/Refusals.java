package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.qat4j.onnx.read.OnnxReader;

/** What the tests of refused files share. */
final class Refusals {
  private Refusals() {}

  /** A model that quantizes and dequantizes a vector of three numbers. */
  static ModelBuilder vector() {
    return new ModelBuilder().input("x", 0, 3).qdq("x", 0.5f);
  }

  static String message(ModelBuilder model) {
    return message(model.bytes());
  }

  static String message(byte[] bytes) {
    return assertThrows(OnnxFormatException.class, () -> OnnxReader.read(bytes, "m.onnx"))
        .getMessage();
  }

  static void assertStarts(String expected, String actual) {
    assertEquals(expected, actual.substring(0, Math.min(expected.length(), actual.length())));
  }
}
