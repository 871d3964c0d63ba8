package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;

/**
 * Runs a quantized ONNX file that another tool wrote, and says what would run how (docs/onnx.md).
 * Argument: the model file.
 */
public final class ReadAnotherToolsFile {
  private ReadAnotherToolsFile() {}

  public static void main(String[] arguments) throws IOException {
    System.out.println(plan(Path.of(arguments[0])));
  }

  /** What has no integer form runs in float32; without ALLOW_FLOAT such a file is refused. */
  static String plan(Path file) throws IOException {
    QuantizedModel model = QuantizedModel.load(file, LoadOptions.ALLOW_FLOAT);
    try (InferenceSession session = InferenceSession.open(model)) {
      return session.plan().toString();
    }
  }
}
