package org.qat4j.onnx;

/**
 * What a file may ask for. Far above real networks, and low enough that a hostile file costs
 * neither memory nor time.
 */
final class FormatLimits {
  static final long FILE_BYTES = 1L << 30;
  static final int NODES = 100_000;
  static final int TENSORS = 500_000;
  static final int RANK = 8;

  /** Largest kernel, stride, padding or dilation. */
  static final int WINDOW = 1 << 20;

  private FormatLimits() {}

  /**
   * Numbers that may be decoded from a file of that size: a few for each byte, because a small one
   * may be used often.
   */
  static long decodedNumbers(long fileBytes) {
    return (1L << 20) + 8 * fileBytes;
  }
}
