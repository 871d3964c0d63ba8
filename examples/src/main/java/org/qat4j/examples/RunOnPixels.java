package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;

/**
 * Runs a model that takes uint8 codes on the bytes of pictures as they are, with no floating point.
 * Argument: the model file.
 */
public final class RunOnPixels {
  private RunOnPixels() {}

  public static void main(String[] arguments) throws IOException {
    QuantizedModel model = QuantizedModel.load(Path.of(arguments[0]));
    byte[] pixels = new byte[model.graph().inputs().get(0).shape().elements()];
    System.out.println(scores(model, pixels, 1).length + " scores");
  }

  /**
   * Scores of some pictures.
   *
   * @param pixels unsigned bytes, [pictures, channels, height, width]
   */
  static float[] scores(QuantizedModel model, byte[] pixels, int pictures) {
    try (InferenceSession session = InferenceSession.open(model)) {
      return session.run(pixels, pictures);
    }
  }
}
