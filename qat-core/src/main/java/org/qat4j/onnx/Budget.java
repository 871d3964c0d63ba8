package org.qat4j.onnx;

/**
 * How many numbers may still be decoded from a file: bounds the memory that a small file can ask
 * for.
 */
final class Budget {
  private final long fileBytes;
  private final ExternalData external;
  private long spent;

  Budget(long fileBytes, ExternalData external) {
    this.fileBytes = fileBytes;
    this.external = external;
  }

  long fileBytes() {
    return fileBytes;
  }

  void spend(OnnxNode node, long numbers) throws OnnxFormatException {
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
