package org.qat4j.onnx;

/**
 * How many numbers may still be decoded from a file: bounds the memory that a small file can ask
 * for.
 */
final class Budget {
  private final long fileBytes;
  private long left;

  Budget(long fileBytes) {
    this.fileBytes = fileBytes;
    this.left = Limits.decodedNumbers(fileBytes);
  }

  long fileBytes() {
    return fileBytes;
  }

  void spend(OnnxNode node, long numbers) throws OnnxFormatException {
    left -= numbers;
    if (left < 0) {
      throw node.error(
          "the model decodes to more than "
              + Limits.decodedNumbers(fileBytes)
              + " numbers, too many for a file of "
              + fileBytes
              + " bytes");
    }
  }
}
