package org.qat4j.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Loads a model file, opens a session and computes one image; prints times and peak memory. */
final class LargeModel {
  private LargeModel() {}

  /**
   * Prints what {@link #report} says.
   *
   * @param args file, and height and width of its images of three channels
   */
  public static void main(String[] args) throws IOException {
    long start = System.nanoTime();
    QuantizedModel model = QuantizedModel.load(Path.of(args[0]));
    long loaded = System.nanoTime();
    try (InferenceSession session = InferenceSession.open(model)) {
      int pixels = Integer.parseInt(args[1]);
      float[] image = new float[3 * pixels * pixels];
      Arrays.fill(image, 0.5f);
      report(session.run(image, 1).length, start, loaded);
    }
  }

  static void report(int results, long start, long loaded) throws IOException {
    long ran = System.nanoTime();
    System.out.println(results + " results");
    System.out.println("load " + (loaded - start) / 1_000_000 + " ms");
    System.out.println("first image after " + (ran - start) / 1_000_000 + " ms");
    Path status = Path.of("/proc/self/status");
    List<String> lines = Files.exists(status) ? Files.readAllLines(status) : List.of();
    lines.stream().filter(line -> line.startsWith("VmHWM")).forEach(System.out::println);
  }
}
