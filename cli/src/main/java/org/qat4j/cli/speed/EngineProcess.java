package org.qat4j.cli.speed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * An engine in a process of its own, which blocks without using the processor until it is asked.
 */
public final class EngineProcess implements AutoCloseable {
  /** For starting, for the slowest single call, and for becoming idle. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final String name;
  private final ChildJvm child;

  /**
   * Starts the process and waits until its engine is ready.
   *
   * @param name in tables
   * @param environment variables to set
   * @param options of the JVM, besides those that this one was given
   * @param main calls {@link EngineServer#serve}
   * @throws IllegalStateException if it fails; the message has its errors
   */
  public EngineProcess(
      String name,
      Map<String, String> environment,
      List<String> options,
      Class<?> main,
      List<String> arguments)
      throws IOException {
    this.name = name;
    this.child = new ChildJvm(environment, options, main, arguments);
    try {
      child.numbers(PATIENCE);
    } catch (RuntimeException e) {
      child.close();
      throw e;
    }
  }

  /** Name in tables. */
  public String name() {
    return name;
  }

  /**
   * The median time of one call in milliseconds, repeated for some seconds, and once at least.
   *
   * @throws IllegalStateException if the engine fails, does not answer in time or stays busy
   */
  public double medianMs(double seconds) {
    Duration limit = PATIENCE.plusMillis((long) (2000 * seconds));
    return child.ask(EngineServer.TIME + " " + seconds, limit)[0];
  }

  /** {@link Engine#results}. */
  public float[] results() throws IOException {
    Path file = Files.createTempFile("results", ".f32");
    try {
      child.ask(EngineServer.RESULTS + " " + file, PATIENCE);
      return RawFloats.read(file);
    } finally {
      Files.delete(file);
    }
  }

  /** {@link Engine#nativeMiB}. */
  public double nativeMiB() {
    return child.ask(EngineServer.MEMORY + " now", PATIENCE)[0];
  }

  @Override
  public void close() {
    child.close();
  }
}
