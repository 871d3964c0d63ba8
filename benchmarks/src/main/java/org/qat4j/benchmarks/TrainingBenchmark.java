package org.qat4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One training step of LeNet and ResNet-20, batch 64, Adam: stock Deeplearning4j in float, the same
 * network on our kernels in float, and under quantization-aware training. Each has a JVM of its own
 * (in one process they would share ND4J's and oneDNN's thread pools and caches); they take turns,
 * so that what else the machine does hits all of them; medians.
 *
 * <p>Arguments: threads, rounds, output file, then lines "network mode milliseconds" of PyTorch, if
 * a file of them exists.
 */
public final class TrainingBenchmark {
  /** A step of LeNet takes twice as long until the JVM has compiled it, after some 60 steps. */
  private static final Duration WARM_UP = Duration.ofSeconds(8);

  /**
   * One row of the result.
   *
   * @param nativeMiB peak memory outside the Java heap; null where not measured
   */
  record Row(
      String network,
      String engine,
      String mode,
      int threads,
      int batch,
      double medianMs,
      double ratioToDl4jFloat,
      Double nativeMiB) {}

  /** A network that trains in another JVM, its times and its memory. */
  private static final class Contender implements AutoCloseable {
    private static final List<String> OPTIONS =
        List.of(
            "-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-Dorg.bytedeco.javacpp.logger=slf4j");

    private final String engine;
    private final String mode;
    private final ChildJvm worker;
    private final List<Double> milliseconds = new ArrayList<>();
    private double nativeMiB;

    Contender(String network, String engine, String mode, int threads) throws IOException {
      this.engine = engine;
      this.mode = mode;
      Map<String, String> environment = Map.of("OMP_NUM_THREADS", Integer.toString(threads));
      worker =
          new ChildJvm(environment, OPTIONS, TrainingWorker.class, List.of(network, engine, mode));
    }

    void warmUp() {
      long end = System.nanoTime() + WARM_UP.toNanos();
      while (System.nanoTime() < end) {
        worker.ask("step");
      }
    }

    void measure() {
      double[] answer = worker.ask("step");
      milliseconds.add(answer[0]);
      nativeMiB = answer[1];
    }

    double median() {
      double[] sorted = milliseconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return sorted[sorted.length / 2];
    }

    @Override
    public void close() {
      worker.close();
    }
  }

  private TrainingBenchmark() {}

  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[0]);
    int rounds = Integer.parseInt(args[1]);
    Path out = Path.of(args[2]);
    Map<String, Double> pyTorch = args.length > 3 ? pyTorch(Path.of(args[3])) : Map.of();
    List<Row> rows = new ArrayList<>();
    for (String network : List.of("LeNet", "ResNet-20")) {
      rows.addAll(run(network, threads, rounds, pyTorch));
    }
    print(rows);
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(out.toFile(), rows);
  }

  private static List<Row> run(String network, int threads, int rounds, Map<String, Double> pyTorch)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    double stock;
    try (Contender dl4j = new Contender(network, "dl4j", "float", threads);
        Contender real = new Contender(network, "qat4j", "float", threads);
        Contender quantized = new Contender(network, "qat4j", "qat", threads)) {
      List<Contender> contenders = List.of(dl4j, real, quantized);
      contenders.forEach(Contender::warmUp);
      for (int i = 0; i < rounds; i++) {
        contenders.forEach(Contender::measure);
      }
      stock = dl4j.median();
      for (Contender c : contenders) {
        rows.add(row(network, c.engine, c.mode, threads, c.median(), stock, c.nativeMiB));
      }
    }
    for (String mode : List.of("float", "qat")) {
      Double measured = pyTorch.get(network + " " + mode);
      if (measured != null) {
        rows.add(row(network, "pytorch", mode, threads, measured, stock, null));
      }
    }
    return rows;
  }

  private static Row row(
      String network,
      String engine,
      String mode,
      int threads,
      double median,
      double stock,
      Double nativeMiB) {
    int batch = TrainingWorker.BATCH;
    return new Row(network, engine, mode, threads, batch, median, median / stock, nativeMiB);
  }

  private static Map<String, Double> pyTorch(Path file) throws IOException {
    Map<String, Double> medians = new LinkedHashMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] words = line.split(" ", -1);
      medians.put(words[0] + " " + words[1], Double.parseDouble(words[2]));
    }
    return medians;
  }

  private static void print(List<Row> rows) {
    System.out.printf(
        "%-10s %-8s %-6s %10s %14s %11s%n",
        "network", "engine", "mode", "median ms", "of DL4J float", "native MiB");
    for (Row row : rows) {
      System.out.printf(
          Locale.ROOT,
          "%-10s %-8s %-6s %10.1f %14.3f %11s%n",
          row.network(),
          row.engine(),
          row.mode(),
          row.medianMs(),
          row.ratioToDl4jFloat(),
          row.nativeMiB() == null ? "-" : Math.round(row.nativeMiB()));
    }
  }
}
