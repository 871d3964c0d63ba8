package org.qat4j.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.runtime.Saturation;
import org.qat4j.runtime.SaturationRule;

/**
 * Counts the values that leave the range that was calibrated, while a model serves (docs/watch.md).
 * Argument: the model file.
 */
public final class WatchLiveInput {
  private WatchLiveInput() {}

  public static void main(String[] arguments) throws IOException {
    QuantizedModel model = QuantizedModel.load(Path.of(arguments[0]));
    float[] forgotten = new float[model.graph().inputs().get(0).shape().elements()];
    Arrays.fill(forgotten, 255); // somebody did not divide by 255
    watch(model, forgotten, 1).forEach(System.out::println);
  }

  /** How much of each layer was clamped; one that clamps more than 1 % is logged as well. */
  static List<Saturation> watch(QuantizedModel model, float[] images, int count) {
    SessionOptions options = SessionOptions.DEFAULT.withWatch(SaturationRule.DEFAULT);
    try (InferenceSession session = InferenceSession.open(model, options)) {
      session.run(images, count);
      return session.saturation();
    }
  }
}
