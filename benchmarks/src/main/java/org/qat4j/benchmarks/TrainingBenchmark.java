package org.qat4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.lenet.LeNet;
import org.qat4j.examples.resnet.ResNet20;
import org.qat4j.layers.Schedule;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * One training step of LeNet and ResNet-20, batch 64, Adam: stock Deeplearning4j in float, the same
 * network on our kernels in float, and under quantization-aware training. The engines take turns,
 * so that what else the machine does hits all of them; medians.
 *
 * <p>Arguments: threads, rounds, output file, then lines "network mode milliseconds" of PyTorch, if
 * a file of them exists.
 */
public final class TrainingBenchmark {
  private static final int BATCH = 64;
  private static final int CLASSES = 10;
  private static final int WARM_UP = 5;

  /** One row of the result. */
  record Row(
      String network,
      String engine,
      String mode,
      int threads,
      int batch,
      double medianMs,
      double ratioToDl4jFloat) {}

  /** A network that trains, and its times. */
  private static final class Contender {
    private final String engine;
    private final String mode;
    private final NeuralNetwork network;
    private final List<Double> milliseconds = new ArrayList<>();

    Contender(String engine, String mode, NeuralNetwork network) {
      this.engine = engine;
      this.mode = mode;
      this.network = network;
    }

    void step(DataSet data) {
      network.fit(data);
    }

    void measure(DataSet data) {
      long start = System.nanoTime();
      step(data);
      milliseconds.add((System.nanoTime() - start) / 1e6);
    }

    double median() {
      double[] sorted = milliseconds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      return sorted[sorted.length / 2];
    }
  }

  private TrainingBenchmark() {}

  public static void main(String[] args) throws IOException {
    int threads = Integer.parseInt(args[0]);
    int rounds = Integer.parseInt(args[1]);
    Path out = Path.of(args[2]);
    Map<String, Double> pyTorch = args.length > 3 ? pyTorch(Path.of(args[3])) : Map.of();
    List<Row> rows = new ArrayList<>();
    rows.addAll(run("LeNet", threads, rounds, leNets(), images(1, LeNet.SIZE), pyTorch));
    rows.addAll(run("ResNet-20", threads, rounds, resNets(), images(3, ResNet20.SIZE), pyTorch));
    print(rows);
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(out.toFile(), rows);
  }

  private static QatConfig float32() {
    return QatConfig.builder()
        .schedule(new Schedule(Schedule.NEVER, Schedule.NEVER, Schedule.NEVER))
        .build();
  }

  private static List<Contender> leNets() {
    Supplier<org.deeplearning4j.nn.multilayer.MultiLayerNetwork> fresh =
        () -> LeNet.create(1, new Adam(1e-3), 0, CLASSES);
    return List.of(
        new Contender("dl4j", "float", fresh.get()),
        new Contender("qat4j", "float", Qat.prepare(fresh.get(), float32())),
        new Contender("qat4j", "qat", Qat.prepare(fresh.get(), QatConfig.int8())));
  }

  private static List<Contender> resNets() {
    Supplier<org.deeplearning4j.nn.graph.ComputationGraph> fresh =
        () -> ResNet20.create(1, new Adam(1e-3), 0, CLASSES);
    return List.of(
        new Contender("dl4j", "float", fresh.get()),
        new Contender("qat4j", "float", Qat.prepare(fresh.get(), float32())),
        new Contender("qat4j", "qat", Qat.prepare(fresh.get(), QatConfig.int8())));
  }

  private static DataSet images(int channels, int size) {
    Nd4j.getRandom().setSeed(1);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(Nd4j.rand(DataType.FLOAT, BATCH, channels, size, size), labels);
  }

  private static List<Row> run(
      String network,
      int threads,
      int rounds,
      List<Contender> contenders,
      DataSet data,
      Map<String, Double> pyTorch) {
    for (int i = 0; i < WARM_UP; i++) {
      contenders.forEach(contender -> contender.step(data));
    }
    for (int i = 0; i < rounds; i++) {
      for (Contender contender : contenders) {
        // The step before the measured one refills the caches that the others emptied.
        contender.step(data);
        contender.measure(data);
      }
    }
    double stock = contenders.get(0).median();
    List<Row> rows = new ArrayList<>();
    for (Contender c : contenders) {
      rows.add(row(network, c.engine, c.mode, threads, c.median(), stock));
    }
    for (String mode : List.of("float", "qat")) {
      Double measured = pyTorch.get(network + " " + mode);
      if (measured != null) {
        rows.add(row(network, "pytorch", mode, threads, measured, stock));
      }
    }
    return rows;
  }

  private static Row row(
      String network, String engine, String mode, int threads, double median, double stock) {
    return new Row(network, engine, mode, threads, BATCH, median, median / stock);
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
        "%-10s %-8s %-6s %10s %16s%n", "network", "engine", "mode", "median ms", "of DL4J float");
    for (Row row : rows) {
      System.out.printf(
          Locale.ROOT,
          "%-10s %-8s %-6s %10.1f %16.3f%n",
          row.network(),
          row.engine(),
          row.mode(),
          row.medianMs(),
          row.ratioToDl4jFloat());
    }
  }
}
