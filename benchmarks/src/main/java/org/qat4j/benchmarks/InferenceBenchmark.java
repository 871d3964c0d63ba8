package org.qat4j.benchmarks;

import ai.onnxruntime.OrtException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares this project's session with ONNX Runtime on the same files in the same process. */
@Command(
    name = "inference",
    mixinStandardHelpOptions = true,
    description =
        "INT8 inference against ONNX Runtime: medians, and medians of the ratios of rounds")
final class InferenceBenchmark implements Callable<Integer> {
  private static final int CLASSES = 10;

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
  private List<String> networks;

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

  /**
   * One line of the report.
   *
   * @param medianMs of the rounds' medians, for one call
   * @param ratioToOrtInt8 how many times as fast as ONNX Runtime's INT8, median of the rounds
   */
  record Line(
      String network,
      int batch,
      int threads,
      String engine,
      double medianMs,
      double ratioToOrtInt8) {}

  /** Starts the program. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new InferenceBenchmark()).execute(args));
  }

  @Override
  public Integer call() throws IOException, OrtException {
    PrintWriter print = spec.commandLine().getOut();
    print.printf(
        Locale.ROOT,
        "%s, JDK %s, %d processors%n",
        cpu(),
        Runtime.version(),
        Runtime.getRuntime().availableProcessors());
    print.printf(
        "%-8s%6s%8s  %-10s%12s%14s%n",
        "network", "batch", "threads", "engine", "median ms", "x ort-int8");
    List<Line> lines = new ArrayList<>();
    for (int count : threads) {
      for (String network : networks) {
        for (int batch : batches) {
          List<Line> measured = measure(network, batch, count);
          measured.forEach(
              l ->
                  print.printf(
                      Locale.ROOT,
                      "%-8s%6d%8d  %-10s%12.4f%14.2f%n",
                      l.network(),
                      l.batch(),
                      l.threads(),
                      l.engine(),
                      l.medianMs(),
                      l.ratioToOrtInt8()));
          print.flush();
          lines.addAll(measured);
        }
      }
    }
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), lines);
    return 0;
  }

  private List<Line> measure(String network, int batch, int count)
      throws IOException, OrtException {
    Path quantized = models.resolve(network + "_qdq_u8_f.onnx");
    long[] shape =
        network.equals("L") ? new long[] {batch, 1, 28, 28} : new long[] {batch, 3, 32, 32};
    float[] images =
        images(models.resolve(network + ".io"), batch, (int) (shape[1] * shape[2] * shape[3]));
    try (InferenceEngine mine = new Qat4jEngine(quantized, images, batch, count);
        InferenceEngine int8 = new OrtEngine("ort-int8", quantized, images, shape, CLASSES, count);
        InferenceEngine fp32 =
            new OrtEngine(
                "ort-fp32",
                models.resolve(network + "_fp32.onnx"),
                images,
                shape,
                CLASSES,
                count)) {
      List<InferenceEngine> engines = List.of(mine, int8, fp32);
      engines.forEach(engine -> medianMs(engine, seconds));
      requireAgreement(network, mine.results(), int8.results());
      double[][] medians = new double[engines.size()][rounds];
      for (int round = 0; round < rounds; round++) {
        for (int e = 0; e < medians.length; e++) {
          medians[e][round] = medianMs(engines.get(e), seconds);
        }
      }
      return lines(network, batch, count, engines, medians);
    }
  }

  private List<Line> lines(
      String network, int batch, int count, List<InferenceEngine> engines, double[][] medians) {
    List<Line> lines = new ArrayList<>();
    for (int e = 0; e < medians.length; e++) {
      double[] ratios = new double[rounds];
      for (int round = 0; round < rounds; round++) {
        ratios[round] = medians[1][round] / medians[e][round];
      }
      lines.add(
          new Line(
              network, batch, count, engines.get(e).name(), median(medians[e]), median(ratios)));
    }
    return lines;
  }

  /** Another class for the same image would mean that something else is measured. */
  private static void requireAgreement(String network, float[] mine, float[] peer) {
    for (int image = 0; image < mine.length / CLASSES; image++) {
      if (best(mine, image) != best(peer, image)) {
        throw new IllegalStateException(
            network
                + ": image "
                + image
                + " is class "
                + best(mine, image)
                + " here and "
                + best(peer, image)
                + " in ONNX Runtime");
      }
    }
  }

  private static int best(float[] results, int image) {
    int best = 0;
    for (int c = 1; c < CLASSES; c++) {
      if (results[image * CLASSES + c] > results[image * CLASSES + best]) {
        best = c;
      }
    }
    return best;
  }

  private static double medianMs(InferenceEngine engine, double seconds) {
    List<Double> times = new ArrayList<>();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    while (times.size() < 5 || System.nanoTime() < end) {
      long start = System.nanoTime();
      engine.run();
      times.add((System.nanoTime() - start) / 1e6);
    }
    return median(times.stream().mapToDouble(Double::doubleValue).toArray());
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  private static float[] images(Path file, int batch, int imageSize) throws IOException {
    FloatBuffer stored =
        ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] images = new float[batch * imageSize];
    for (int i = 0; i < batch; i++) {
      stored.get(i % 64 * imageSize, images, i * imageSize, imageSize);
    }
    return images;
  }

  private static String cpu() throws IOException {
    Path info = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(info)) {
      return System.getProperty("os.arch");
    }
    return Files.readAllLines(info).stream()
        .filter(line -> line.startsWith("model name"))
        .map(line -> line.substring(line.indexOf(':') + 1).strip())
        .findFirst()
        .orElse(System.getProperty("os.arch"));
  }
}
