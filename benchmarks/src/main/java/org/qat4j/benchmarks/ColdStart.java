package org.qat4j.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.qat4j.cli.report.Environment;
import org.qat4j.cli.speed.ChildJvm;
import org.qat4j.cli.speed.Int8Peak;
import org.qat4j.cli.speed.Samples;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Measures how long a fresh JVM takes to its first result, and what that costs. */
@Command(
    name = "coldstart",
    mixinStandardHelpOptions = true,
    description = "Load + first inference in fresh JVMs: the first ever, and medians of the others")
final class ColdStart implements Callable<Integer> {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, description = "ONNX file")
  private Path model;

  @Option(names = "--class-path", required = true, description = "of the measured JVMs")
  private String classPath;

  @Option(names = "--runs", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
  private int runs;

  @Option(
      names = "--heap",
      defaultValue = "64",
      description = "megabytes of Java heap; default: ${DEFAULT-VALUE}")
  private int heap;

  /**
   * One fresh JVM.
   *
   * @param loadMs reading the model file
   * @param firstMs opening a session and computing the first image
   * @param processMs from starting the process to its result
   * @param residentBytes of the process at the end
   */
  private record Start(double loadMs, double firstMs, double processMs, double residentBytes) {
    double loadAndFirstMs() {
      return loadMs + firstMs;
    }
  }

  /** Starts the program. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new ColdStart());
  }

  @Override
  public Integer call() throws IOException {
    if (runs < 1 || heap < 1) {
      throw new ParameterException(spec.commandLine(), "--runs and --heap must be >= 1");
    }
    PrintWriter print = spec.commandLine().getOut();
    Path cache = Files.createTempDirectory("javacpp-cache");
    try {
      Start first = start(cache);
      long extracted = bytes(cache);
      List<Start> starts = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        starts.add(start(cache));
      }
      print.printf(
          Locale.ROOT,
          "%s, int8 peak %.0f GOPS a thread, one thread, JDK %s, qat4j %s, -Xmx%dm;"
              + " medians of %d fresh JVMs, in brackets their first and third quartile%n",
          Environment.current().cpu(),
          Int8Peak.gopsPerThread(),
          Runtime.version(),
          Environment.qat4jVersion(),
          heap,
          runs);
      line(print, "load", samples(starts, Start::loadMs), "ms");
      line(print, "open + first image", samples(starts, Start::firstMs), "ms");
      line(print, "load + first inference", samples(starts, Start::loadAndFirstMs), "ms");
      line(print, "from starting the process", samples(starts, Start::processMs), "ms");
      line(print, "resident", samples(starts, start -> start.residentBytes() / (1 << 20)), "MiB");
      line(print, "first start ever: load + first inference", first.loadAndFirstMs(), "ms");
      line(print, "first start ever: extracted", (double) extracted / (1 << 20), "MiB");
      print.flush();
    } finally {
      delete(cache);
    }
    return 0;
  }

  private Start start(Path cache) throws IOException {
    long begin = System.nanoTime();
    try (ChildJvm child =
        new ChildJvm(
            Map.of("CLASSPATH", classPath),
            List.of("-Xmx" + heap + "m", "-Dorg.bytedeco.javacpp.cachedir=" + cache),
            FirstImage.class,
            List.of(model.toString()))) {
      double[] numbers = child.numbers(LIMIT);
      double processMs = (System.nanoTime() - begin) / 1e6;
      return new Start(numbers[0], numbers[1], processMs, numbers[2]);
    }
  }

  private static Samples samples(List<Start> starts, ToDoubleFunction<Start> value) {
    return new Samples(starts.stream().mapToDouble(value).toArray());
  }

  private static void line(PrintWriter print, String what, Samples values, String unit) {
    double[] quartiles = values.quartiles();
    print.printf(
        Locale.ROOT,
        "%-42s%10.1f %s (%.1f–%.1f)%n",
        what,
        values.median(),
        unit,
        quartiles[0],
        quartiles[1]);
  }

  private static void line(PrintWriter print, String what, double value, String unit) {
    print.printf(Locale.ROOT, "%-42s%10.1f %s%n", what, value, unit);
  }

  private static long bytes(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      // Links to a library under a second name add nothing.
      return files
          .filter(file -> Files.isRegularFile(file) && !Files.isSymbolicLink(file))
          .mapToLong(file -> file.toFile().length())
          .sum();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
