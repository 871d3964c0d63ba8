package org.qat4j.cli.speed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Another JVM of this JDK, to which one talks by lines. Killed when closed, and when it does not
 * answer in time.
 */
public final class ChildJvm implements AutoCloseable {
  private static final int LAST_ERRORS = 20;

  private final String main;
  private final Process process;
  private final Path errors;
  private final BufferedReader answers;
  private final Writer questions;

  /**
   * Starts a JVM with this one's class path, unless the environment names another in CLASSPATH.
   *
   * @param environment variables to set
   * @param options of the JVM, behind those that the JDK needs
   * @param main class with the main method
   */
  public ChildJvm(
      Map<String, String> environment, List<String> options, Class<?> main, List<String> arguments)
      throws IOException {
    this.main = main.getSimpleName() + " " + String.join(" ", arguments);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(optionsOfThisJdk());
    command.addAll(options);
    command.add(main.getName());
    command.addAll(arguments);
    errors = Files.createTempFile("child-jvm", ".log");
    ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors.toFile());
    // Not on the command line: ONNX Runtime 1.29 crashes the JVM where that is longer than 4096
    // characters.
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.environment().putAll(environment);
    process = builder.start();
    answers =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    questions = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
  }

  /** Options of this JVM that a child may have too: all but agents, of which there is one each. */
  public static List<String> inheritedOptions() {
    return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(option -> !option.startsWith("-agent") && !option.startsWith("-javaagent"))
        .toList();
  }

  private static List<String> optionsOfThisJdk() {
    List<String> options = new ArrayList<>();
    if (Runtime.version().feature() >= 22) {
      options.add("--enable-native-access=ALL-UNNAMED");
    }
    if (Runtime.version().feature() >= 23) {
      options.add("--sun-misc-unsafe-memory-access=allow");
    }
    return options;
  }

  /**
   * The numbers on the child's next line.
   *
   * @throws IllegalStateException if the child ends or does not answer in time; the message has the
   *     last lines of its standard error
   */
  public double[] numbers(Duration limit) {
    String line = nextLine(limit);
    String[] words = line.strip().split(" ", -1);
    double[] numbers = new double[words.length];
    try {
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = Double.parseDouble(words[i]);
      }
    } catch (NumberFormatException e) {
      throw new IllegalStateException(main + " answered '" + line + "', not numbers", e);
    }
    return numbers;
  }

  /** Sends one line and returns the numbers on the line that answers it. */
  public double[] ask(String line, Duration limit) {
    try {
      questions.write(line + "\n");
      questions.flush();
    } catch (IOException e) {
      throw ended(e);
    }
    return numbers(limit);
  }

  private String nextLine(Duration limit) {
    CompletableFuture<String> line = CompletableFuture.supplyAsync(this::readLine);
    try {
      String answer = line.get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (answer == null) {
        throw ended(null);
      }
      return answer;
    } catch (TimeoutException e) {
      process.destroyForcibly();
      throw new IllegalStateException(
          main + " did not answer in " + limit.toSeconds() + " s" + lastErrors(), e);
    } catch (ExecutionException e) {
      throw ended(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
      throw new IllegalStateException("interrupted while waiting for " + main, e);
    }
  }

  private String readLine() {
    try {
      return answers.readLine();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its pipes close a moment before it has a status. */
  private IllegalStateException ended(Throwable cause) {
    process.onExit().completeOnTimeout(process, 10, TimeUnit.SECONDS).join();
    kill();
    return new IllegalStateException(
        main + " ended with status " + process.exitValue() + lastErrors(), cause);
  }

  private String lastErrors() {
    try {
      List<String> lines = Files.readAllLines(errors, StandardCharsets.UTF_8);
      List<String> last = lines.subList(Math.max(0, lines.size() - LAST_ERRORS), lines.size());
      return last.isEmpty() ? "" : "; its errors:\n" + String.join("\n", last);
    } catch (IOException e) {
      return "; its errors cannot be read: " + e;
    }
  }

  /** Kills the child and waits for its end. */
  @Override
  public void close() {
    kill();
    try {
      Files.deleteIfExists(errors);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void kill() {
    process.destroyForcibly();
    process.onExit().join();
  }
}
