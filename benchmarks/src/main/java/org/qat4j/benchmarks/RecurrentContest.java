package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.benchmarks.pytorch.TorchWords;
import org.qat4j.cli.speed.ChildJvm;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineProcess;
import org.qat4j.cli.speed.Samples;
import org.qat4j.cli.speed.Turns;
import org.qat4j.training.Qat;
import org.qat4j.training.dynamic.DynamicConfig;

/**
 * One batch of texts through a word model by all engines, in turns. All have the same weights, so
 * their losses must agree.
 *
 * @param pyTorch its class path; empty to leave it out
 */
record RecurrentContest(RecurrentCase task, int threads, Turns turns, Optional<String> pyTorch) {
  static final String FLOAT_FILE = "float.onnx";
  static final DynamicConfig FLOAT = DynamicConfig.floatingPoint().stateless();

  private static final double SAME_IN_FLOAT = 1e-4;
  private static final double SAME_IN_8_BITS = 5e-3;

  /** What computes: an engine and its arithmetic. */
  enum Reader {
    DL4J("dl4j", "float"),
    FLOAT("qat4j", "float"),
    INT8("qat4j", "int8"),
    INT8_EMBEDDING("qat4j", "int8, embedding too"),
    ORT_FLOAT("ort", "float"),
    ORT_INT8("ort", "int8"),
    ORT_INT8_EMBEDDING("ort", "int8, embedding too"),
    PYTORCH_FLOAT("pytorch", "float"),
    PYTORCH_INT8("pytorch", "int8");

    private final String engine;
    private final String mode;

    Reader(String engine, String mode) {
      this.engine = engine;
      this.mode = mode;
    }

    boolean isFloat() {
      return mode.equals("float");
    }

    @Override
    public String toString() {
      return engine + " " + mode;
    }
  }

  /**
   * One line, as the JSON file holds it.
   *
   * @param seconds the median of one batch
   * @param loss of that batch
   * @param megabytes of the parameters as the engine is given them; 1 MB is 10^6 bytes
   */
  record Line(
      String engine, String mode, int threads, double seconds, double loss, double megabytes) {}

  /**
   * One engine.
   *
   * @param milliseconds of one batch
   */
  record Entry(Reader reader, Samples milliseconds, double loss, double megabytes) {
    Line line(int threads) {
      double seconds = milliseconds.median() / 1000;
      return new Line(reader.engine, reader.mode, threads, seconds, loss, megabytes);
    }
  }

  /**
   * Measures all, Deeplearning4j first.
   *
   * @throws IllegalStateException if a loss differs from Deeplearning4j's
   */
  List<Entry> measure() throws IOException {
    writeFiles();
    List<Reader> readers = new ArrayList<>(List.of(Reader.values()));
    if (pyTorch.isEmpty()) {
      readers.removeIf(reader -> reader.engine.equals("pytorch"));
    }
    List<EngineProcess> engines = new ArrayList<>();
    try {
      for (Reader reader : readers) {
        engines.add(start(reader));
      }
      List<Double> losses = losses(readers, engines);
      List<Samples> times = turns.milliseconds(engines);
      List<Entry> entries = new ArrayList<>();
      for (int e = 0; e < readers.size(); e++) {
        Reader reader = readers.get(e);
        entries.add(new Entry(reader, times.get(e), losses.get(e), megabytes(reader)));
      }
      return entries;
    } finally {
      engines.forEach(EngineProcess::close);
    }
  }

  private void writeFiles() throws IOException {
    MultiLayerNetwork network = RecurrentDl4j.network(task);
    DynamicConfig int8 = DynamicConfig.int8().stateless();
    Qat.quantizeDynamic(network, FLOAT).save(file(Reader.FLOAT));
    Qat.quantizeDynamic(network, int8).save(file(Reader.INT8));
    Qat.quantizeDynamic(network, int8.withInt8Embeddings()).save(file(Reader.INT8_EMBEDDING));
    task.writeWeights(RecurrentDl4j.weights(network));
  }

  /** What an engine reads. */
  private Path file(Reader reader) {
    return task.file(
        switch (reader) {
          case FLOAT, ORT_FLOAT -> FLOAT_FILE;
          case INT8, ORT_INT8 -> "int8.onnx";
          case INT8_EMBEDDING, ORT_INT8_EMBEDDING -> "embedding.onnx";
          case DL4J, PYTORCH_FLOAT, PYTORCH_INT8 -> "weights";
        });
  }

  /** PyTorch's int8 engine quantizes all but the embedding when it starts. */
  private double megabytes(Reader reader) throws IOException {
    Path asGiven = file(reader == Reader.PYTORCH_INT8 ? Reader.INT8 : reader);
    return Files.size(asGiven) / 1e6;
  }

  private EngineProcess start(Reader reader) throws IOException {
    return switch (reader) {
      case DL4J ->
          new EngineProcess(
              reader.toString(),
              Dl4jEngine.environment(threads),
              List.of(),
              RecurrentDl4j.class,
              task.arguments());
      case FLOAT, INT8, INT8_EMBEDDING -> model(RecurrentSession.class, reader);
      case ORT_FLOAT, ORT_INT8, ORT_INT8_EMBEDDING -> model(RecurrentOrt.class, reader);
      case PYTORCH_FLOAT, PYTORCH_INT8 -> pyTorch(reader);
    };
  }

  private EngineProcess model(Class<? extends Engine> engine, Reader reader) throws IOException {
    List<String> arguments = new ArrayList<>(task.arguments());
    arguments.add(file(reader).toString());
    arguments.add(Integer.toString(threads));
    return new EngineProcess(
        reader.toString(),
        Dl4jEngine.environment(threads),
        ChildJvm.inheritedOptions(),
        engine,
        arguments);
  }

  private EngineProcess pyTorch(Reader reader) throws IOException {
    List<String> arguments = new ArrayList<>(task.arguments());
    arguments.add(Boolean.toString(!reader.isFloat()));
    arguments.add(Integer.toString(threads));
    return PyTorch.start(TorchWords.class, arguments, threads, pyTorch.orElseThrow());
  }

  private List<Double> losses(List<Reader> readers, List<EngineProcess> engines)
      throws IOException {
    List<Double> losses = new ArrayList<>();
    for (int e = 0; e < engines.size(); e++) {
      losses.add(task.loss(engines.get(e).results()));
      double tolerance = readers.get(e).isFloat() ? SAME_IN_FLOAT : SAME_IN_8_BITS;
      double difference = Math.abs(losses.get(e) - losses.get(0));
      if (!(difference <= tolerance)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the loss of %s is %.6f, that of Deeplearning4j %.6f; they compute different networks",
                readers.get(e),
                losses.get(e),
                losses.get(0)));
      }
    }
    return losses;
  }
}
