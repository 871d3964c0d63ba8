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
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.report.TextTable;
import org.qat4j.cli.speed.OnnxRuntime;
import org.qat4j.cli.speed.Turns;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares engines on a word model of LSTM layers. */
@Command(
    name = "recurrent",
    mixinStandardHelpOptions = true,
    description =
        "Evaluation of a word-level LSTM model, 20 texts of 35 words, each engine in a process of its own")
final class RecurrentBenchmark implements Callable<Integer> {
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
      defaultValue = "4",
      description = "seconds of each engine before the rounds; default: ${DEFAULT-VALUE}")
  private double warmUp;

  @Option(
      names = "--pytorch",
      description =
          "class path of PyTorch with its native libraries; without it PyTorch is left out")
  private Optional<String> pyTorch;

  @Option(names = "--out", required = true, description = "JSON file to write")
  private Path out;

  /** Starts the program. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new RecurrentBenchmark());
  }

  @Override
  public Integer call() throws IOException {
    require(
        List.of(words, embedding, hidden, layers).stream().allMatch(size -> size >= 1),
        "--words, --embedding, --hidden and --layers must be >= 1");
    require(threads >= 1, "--threads must be >= 1: " + threads);
    require(rounds >= 1, "--rounds must be >= 1: " + rounds);
    require(warmUp >= 0, "--warm-up must be >= 0: " + warmUp);
    // No seconds: one batch in each round, after one that is not measured.
    Turns turns = new Turns(rounds, 0, warmUp);
    List<String> peers = new ArrayList<>(List.of(OnnxRuntime.inWords()));
    pyTorch.map(PyTorch::inWords).ifPresent(peers::add);
    PrintWriter print = spec.commandLine().getOut();
    print.println(Conditions.measure(peers, turns));
    print.flush();
    RecurrentCase task =
        new RecurrentCase(words, embedding, hidden, layers, Files.createTempDirectory("recurrent"));
    try {
      List<RecurrentContest.Entry> entries =
          new RecurrentContest(task, threads, turns, pyTorch).measure();
      print.print(TextTable.of(rows(entries)));
      print.flush();
      write(entries);
    } finally {
      task.delete();
    }
    return 0;
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private static List<List<String>> rows(List<RecurrentContest.Entry> entries) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("engine, mode", "ms a batch", "x dl4j", "x qat4j float", "loss", "MB"));
    RecurrentContest.Entry own =
        entries.stream()
            .filter(entry -> entry.reader() == RecurrentContest.Reader.FLOAT)
            .findFirst()
            .orElseThrow();
    for (RecurrentContest.Entry entry : entries) {
      rows.add(
          List.of(
              entry.reader().toString(),
              String.format(Locale.ROOT, "%.1f", entry.milliseconds().median()),
              entry.milliseconds().speedAgainst(entries.get(0).milliseconds()).toString(),
              entry.milliseconds().speedAgainst(own.milliseconds()).toString(),
              String.format(Locale.ROOT, "%.5f", entry.loss()),
              String.format(Locale.ROOT, "%.1f", entry.megabytes())));
    }
    return rows;
  }

  private void write(List<RecurrentContest.Entry> entries) throws IOException {
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(out.toFile(), entries.stream().map(entry -> entry.line(threads)).toList());
  }
}
