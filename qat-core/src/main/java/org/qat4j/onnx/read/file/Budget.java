package org.qat4j.onnx.read.file;

import org.qat4j.onnx.OnnxFormatException;

/**
 * How many numbers may still be decoded from a file: bounds the memory that a small file can ask
 * for.
 */
public final class Budget {
  private final long fileBytes;
  private final ExternalData external;
  private long spent;

  public Budget(long fileBytes, ExternalData external) {
    this.fileBytes = fileBytes;
    this.external = external;
  }

  public long fileBytes() {
    return fileBytes;
  }

  public void spend(OnnxNode node, long numbers) throws OnnxFormatException {
    spent += numbers;
    long bytes = fileBytes + external.bytes();
    if (spent > FormatLimits.decodedNumbers(bytes)) {
      throw node.error(
          "the model decodes to more than "
              + FormatLimits.decodedNumbers(bytes)
              + " numbers, too many for a file of "
              + bytes
              + " bytes");
    }
  }
}
