package org.qat4j.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another JVM of this JDK, to which one talks by lines. Ended when closed. */
final class ChildJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final Writer questions;

  /**
   * Starts a JVM with this one's class path, unless the environment names another.
   *
   * @param environment variables to set
   * @param options of the JVM
   */
  ChildJvm(
      Map<String, String> environment, List<String> options, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (Runtime.version().feature() >= 22) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    if (Runtime.version().feature() >= 23) {
      command.add("--sun-misc-unsafe-memory-access=allow");
    }
    command.addAll(options);
    command.add(main.getName());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().putAll(environment);
    this.process = builder.start();
    this.answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    this.questions = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /** The numbers on the child's next line. */
  double[] numbers() {
    try {
      String line = answers.readLine();
      if (line == null) {
        throw new IllegalStateException("the child JVM ended without an answer; see its errors");
      }
      String[] words = line.strip().split(" ", -1);
      double[] numbers = new double[words.length];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.parseDouble(words[i]);
      }
      return numbers;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends one line and returns the numbers on the line that answers it. */
  double[] ask(String line) {
    try {
      questions.write(line + "\n");
      questions.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return numbers();
  }

  @Override
  public void close() {
    process.destroy();
    boolean interrupted = false;
    while (process.isAlive()) {
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
