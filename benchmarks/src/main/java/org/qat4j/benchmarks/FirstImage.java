package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.bytedeco.javacpp.Pointer;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;

/** What a deployed program does first. Uses nothing but qat-core. */
final class FirstImage {
  private FirstImage() {}

  /** Prints the milliseconds of loading, opening and the first image, and the resident bytes. */
  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    QuantizedModel model = QuantizedModel.load(Path.of(args[0]));
    long loaded = System.nanoTime();
    try (InferenceSession session = InferenceSession.open(model)) {
      session.run(new float[session.inputs().get(0).shape().elements()], 1);
      long computed = System.nanoTime();
      System.out.printf(
          Locale.ROOT,
          "%.3f %.3f %d%n",
          (loaded - start) / 1e6,
          (computed - loaded) / 1e6,
          Pointer.physicalBytes());
    }
  }
}
