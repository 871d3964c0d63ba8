package org.qat4j.benchmarks;

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
import org.qat4j.benchmarks.pytorch.TorchWordTraining;
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.report.TextTable;
import org.qat4j.cli.speed.EngineProcess;
import org.qat4j.cli.speed.Samples;
import org.qat4j.cli.speed.Turns;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares training steps of a word model: Deeplearning4j, this project and PyTorch. */
@Command(
    name = "recurrent-training",
    mixinStandardHelpOptions = true,
    description =
        "Training steps of a word-level LSTM model, 20 texts of 35 words, Adam, each engine in a process of its own")
final class WordTrainingBenchmark implements Callable<Integer> {
  /** Random weights and dropout: what engines must agree on is about ln(words). */
  private static final double SAME = 0.02;

  @Spec private CommandSpec spec;

  @Option(names = "--words", defaultValue = "33278", description = "default: ${DEFAULT-VALUE}")
  private int words;

  @Option(names = "--embedding", defaultValue = "512", description = "default: ${DEFAULT-VALUE}")
  private int embedding;

  @Option(names = "--hidden", defaultValue = "256", description = "default: ${DEFAULT-VALUE}")
  private int hidden;

  @Option(names = "--layers", defaultValue = "5", description = "default: ${DEFAULT-VALUE}")
  private int layers;

  @Option(names = "--threads", defaultValue = "1", description = "default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(names = "--rounds", defaultValue = "7", description = "default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "10",
      description = "seconds of each engine before the rounds; default: ${DEFAULT-VALUE}")
  private double warmUp;

  @Option(
      names = "--pytorch",
      description =
          "class path of PyTorch with its native libraries; without it PyTorch is left out")
  private Optional<String> pyTorch;

  @Option(names = "--out", required = true, description = "JSON file to write")
  private Path out;

  /**
   * One line, as the JSON file holds it.
   *
   * @param seconds the median of one step
   * @param loss of the first step, for each word
   * @param megabytes of the parameters; 1 MB is 10^6 bytes
   */
  record Line(
      String engine, String mode, int threads, double seconds, double loss, double megabytes) {}

  /** Starts the program. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new WordTrainingBenchmark());
  }

  @Override
  public Integer call() throws IOException {
    // No seconds: one step in each round, after one that is not measured.
    Turns turns = new Turns(rounds, 0, warmUp);
    PrintWriter print = spec.commandLine().getOut();
    print.println(Conditions.measure(pyTorch.stream().map(PyTorch::inWords).toList(), turns));
    print.flush();
    WordTraining task = new WordTraining(words, embedding, hidden, layers);
    List<EngineProcess> engines = new ArrayList<>();
    try {
      for (WordTrainingDl4j.Layers kind : WordTrainingDl4j.Layers.values()) {
        engines.add(dl4j(task, kind));
      }
      if (pyTorch.isPresent()) {
        List<String> arguments = task.arguments(Integer.toString(threads));
        engines.add(PyTorch.start(TorchWordTraining.class, arguments, threads, pyTorch.get()));
      }
      List<Double> losses = losses(engines);
      List<Samples> times = turns.milliseconds(engines);
      print.print(TextTable.of(rows(engines, times, losses)));
      print.flush();
      write(task, engines, times, losses);
    } finally {
      engines.forEach(EngineProcess::close);
    }
    return 0;
  }

  private EngineProcess dl4j(WordTraining task, WordTrainingDl4j.Layers kind) throws IOException {
    return new EngineProcess(
        switch (kind) {
          case STOCK -> "dl4j training";
          case FLOAT -> "qat4j training";
          case QAT -> "qat4j training, 8-bit weights";
        },
        Dl4jEngine.environment(threads),
        List.of("-Xmx1g", "-Dorg.bytedeco.javacpp.maxbytes=8g"),
        WordTrainingDl4j.class,
        task.arguments(kind.name()));
  }

  private List<Double> losses(List<EngineProcess> engines) throws IOException {
    List<Double> losses = new ArrayList<>();
    for (EngineProcess engine : engines) {
      losses.add((double) engine.results()[0]);
      double difference = Math.abs(losses.get(losses.size() - 1) / losses.get(0) - 1);
      if (!(difference <= SAME)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "the first loss of %s is %.4f, that of Deeplearning4j %.4f; they train different networks",
                engine.name(),
                losses.get(losses.size() - 1),
                losses.get(0)));
      }
    }
    return losses;
  }

  private static List<List<String>> rows(
      List<EngineProcess> engines, List<Samples> times, List<Double> losses) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("engine, mode", "ms a step", "time / dl4j", "time / last", "first loss"));
    Samples last = times.get(times.size() - 1);
    for (int e = 0; e < engines.size(); e++) {
      double median = times.get(e).median();
      rows.add(
          List.of(
              engines.get(e).name(),
              String.format(Locale.ROOT, "%.0f", median),
              String.format(Locale.ROOT, "%.3f", median / times.get(0).median()),
              String.format(Locale.ROOT, "%.2f", median / last.median()),
              String.format(Locale.ROOT, "%.4f", losses.get(e))));
    }
    return rows;
  }

  private void write(
      WordTraining task, List<EngineProcess> engines, List<Samples> times, List<Double> losses)
      throws IOException {
    List<Line> lines = new ArrayList<>();
    for (int e = 0; e < engines.size(); e++) {
      String[] name = engines.get(e).name().split(" ", 2);
      lines.add(
          new Line(
              name[0],
              name.length > 1 ? name[1] : "training",
              threads,
              times.get(e).median() / 1000,
              losses.get(e),
              task.parameters() * Float.BYTES / 1e6));
    }
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), lines);
  }
}
