package org.qat4j.onnx.read.file;

/**
 * What a file may ask for. Far above real networks, and low enough that a hostile file costs
 * neither memory nor time.
 */
public final class FormatLimits {
  public static final long FILE_BYTES = 1L << 30;
  public static final int NODES = 100_000;
  public static final int TENSORS = 500_000;
  public static final int RANK = 8;

  /** Largest kernel, stride, padding or dilation. */
  public static final int WINDOW = 1 << 20;

  private FormatLimits() {}

  /**
   * Numbers that may be decoded from a file of that size: a few for each byte, because a small one
   * may be used often.
   */
  static long decodedNumbers(long fileBytes) {
    return (1L << 20) + 8 * fileBytes;
  }
}
