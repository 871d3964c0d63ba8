package org.qat4j.benchmarks;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares this project's session with other engines on the same networks. */
@Command(
    name = "inference",
    mixinStandardHelpOptions = true,
    description =
        "INT8 inference against ONNX Runtime and Deeplearning4j: medians, and medians of the ratios"
            + " of rounds")
final class InferenceBenchmark implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--models",
      required = true,
      description = "folder of X_qdq_u8_f.onnx, X_fp32.onnx and X.io")
  private Path models;

  @Option(
      names = "--networks",
      split = ",",
      defaultValue = "L,R,V",
      description = "default: ${DEFAULT-VALUE}")
  private List<Network> networks;

  @Option(
      names = "--batches",
      split = ",",
      defaultValue = "1,32,256",
      description = "default: ${DEFAULT-VALUE}")
  private List<Integer> batches;

  @Option(
      names = "--threads",
      split = ",",
      defaultValue = "1,2",
      description = "default: ${DEFAULT-VALUE}")
  private List<Integer> threads;

  @Option(names = "--rounds", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "0.3",
      description = "of each engine in a round; default: ${DEFAULT-VALUE}")
  private double seconds;

  @Option(names = "--out", required = true, description = "JSON file to write")
  private Path out;

  @Option(names = "--report", description = "folder for benchmarks.md and benchmarks.svg")
  private Optional<Path> report;

  /** Starts the program. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new InferenceBenchmark());
  }

  @Override
  public Integer call() throws IOException, OrtException {
    check();
    Conditions conditions = Conditions.measure(rounds, seconds);
    PrintWriter print = spec.commandLine().getOut();
    print.println(conditions);
    print.printf(
        "%-8s%6s%8s  %-10s%12s%14s%10s%n",
        "network", "batch", "threads", "engine", "median ms", "x ort-int8", "of peak");
    List<Comparison> comparisons = new ArrayList<>();
    for (int count : threads) {
      for (Network network : networks) {
        for (int batch : batches) {
          Comparison one = new Rounds(models, rounds, seconds).measure(network, batch, count);
          print(one, conditions.gopsPerThread());
          comparisons.add(one);
        }
      }
    }
    write(comparisons);
    if (report.isPresent()) {
      new BenchmarkReport(conditions, comparisons).write(report.get());
    }
    return 0;
  }

  private void check() {
    require(batches.stream().allMatch(batch -> batch >= 1), "--batches must be >= 1: " + batches);
    require(threads.stream().allMatch(count -> count >= 1), "--threads must be >= 1: " + threads);
    require(rounds >= 1, "--rounds must be >= 1: " + rounds);
    require(seconds > 0, "--seconds must be > 0: " + seconds);
    for (Network network : networks) {
      for (String suffix : List.of("_qdq_u8_f.onnx", "_fp32.onnx", ".io")) {
        Path file = models.resolve(network + suffix);
        require(Files.isRegularFile(file), "--models: there is no file " + file);
      }
    }
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private void print(Comparison comparison, double gopsPerThread) {
    PrintWriter print = spec.commandLine().getOut();
    for (Line l : comparison.lines()) {
      String peak =
          l.equals(comparison.own())
              ? String.format(
                  Locale.ROOT, "%.0f %%", 100 * comparison.fractionOfPeak(gopsPerThread))
              : "";
      print.printf(
          Locale.ROOT,
          "%-8s%6d%8d  %-10s%12.4f%14.3f%10s%n",
          l.network(),
          l.batch(),
          l.threads(),
          l.engine(),
          l.medianMs(),
          l.ratioToOrtInt8(),
          peak);
    }
    print.flush();
  }

  private void write(List<Comparison> comparisons) throws IOException {
    List<Line> lines = comparisons.stream().flatMap(c -> c.lines().stream()).toList();
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), lines);
  }
}
