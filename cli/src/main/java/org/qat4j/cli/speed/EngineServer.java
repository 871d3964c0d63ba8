package org.qat4j.cli.speed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.commons.statistics.descriptive.Median;

/** The side of an {@link EngineProcess} that computes: answers one line for each line. */
public final class EngineServer {
  /** Question: the median milliseconds of one call, measured for that many seconds. */
  static final String TIME = "time";

  /** Question: results into that file, as little-endian float32; the answer is their number. */
  static final String RESULTS = "results";

  /** Question: {@link Engine#nativeMiB}. */
  static final String MEMORY = "memory";

  private final Engine engine;

  private EngineServer(Engine engine) {
    this.engine = engine;
  }

  /**
   * Makes an engine, says that it is ready and answers until the input ends. Takes standard output
   * for itself: what the engine's libraries print goes to standard error.
   */
  public static void serve(Callable<? extends Engine> maker) throws Exception {
    PrintStream answers = System.out;
    System.setOut(System.err);
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (Engine engine = maker.call()) {
      EngineServer server = new EngineServer(engine);
      answers.println(ProcessHandle.current().pid());
      for (String line = questions.readLine(); line != null; line = questions.readLine()) {
        answers.println(server.answer(line));
      }
    }
  }

  private double answer(String line) throws IOException {
    int space = line.indexOf(' ');
    String question = line.substring(0, space);
    String argument = line.substring(space + 1);
    return switch (question) {
      case TIME -> time(Double.parseDouble(argument));
      case RESULTS -> write(Path.of(argument));
      case MEMORY -> engine.nativeMiB();
      default -> throw new IllegalArgumentException("unknown question: " + line);
    };
  }

  /** The call before the measured ones refills the caches that the others emptied. */
  private double time(double seconds) {
    engine.run();
    List<Double> milliseconds = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (milliseconds.isEmpty() || System.nanoTime() < end) {
      long start = System.nanoTime();
      engine.run();
      milliseconds.add((System.nanoTime() - start) / 1e6);
    }
    Idleness.await();
    return Median.withDefaults()
        .evaluate(milliseconds.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private int write(Path file) throws IOException {
    float[] results = engine.results();
    RawFloats.write(file, results);
    Idleness.await();
    return results.length;
  }
}
