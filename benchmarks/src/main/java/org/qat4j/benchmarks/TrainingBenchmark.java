package org.qat4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.report.TextTable;
import org.qat4j.cli.speed.Turns;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares training steps: Deeplearning4j, this project and PyTorch. */
@Command(
    name = "training",
    mixinStandardHelpOptions = true,
    description =
        "Training steps of LeNet and ResNet-20, batch 64, Adam, each engine in a process of its own")
final class TrainingBenchmark implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--networks",
      split = ",",
      defaultValue = "LENET,RESNET20",
      description = "default: ${DEFAULT-VALUE}")
  private List<TrainedNetwork> networks;

  @Option(names = "--threads", defaultValue = "2", description = "default: ${DEFAULT-VALUE}")
  private int threads;

  @Option(names = "--rounds", defaultValue = "15", description = "default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(
      names = "--warm-up",
      defaultValue = "8",
      description =
          "seconds of each engine before the rounds, for the JVM compiles a step for some 60 steps;"
              + " default: ${DEFAULT-VALUE}")
  private double warmUp;

  @Option(
      names = "--pytorch",
      description =
          "class path of PyTorch with its native libraries; without it PyTorch is left out")
  private Optional<String> pyTorch;

  @Option(names = "--out", required = true, description = "JSON file to write")
  private Path out;

  @Option(names = "--report", description = "folder for training-benchmarks.md")
  private Optional<Path> report;

  /** Starts the program. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new TrainingBenchmark());
  }

  @Override
  public Integer call() throws IOException {
    require(threads >= 1, "--threads must be >= 1: " + threads);
    require(rounds >= 1, "--rounds must be >= 1: " + rounds);
    require(warmUp >= 0, "--warm-up must be >= 0: " + warmUp);
    // No seconds: one step in each round, after one that is not measured.
    Turns turns = new Turns(rounds, 0, warmUp);
    List<String> peers = pyTorch.isPresent() ? List.of(PyTorch.inWords(pyTorch.get())) : List.of();
    Conditions conditions = Conditions.measure(peers, turns);
    PrintWriter print = spec.commandLine().getOut();
    print.println(conditions);
    print.flush();
    List<TrainingComparison> comparisons = new ArrayList<>();
    for (TrainedNetwork network : networks) {
      TrainingComparison one = new TrainingContest(network, threads, turns, pyTorch).measure();
      print.print(TextTable.of(TrainingReport.rows(List.of(one))));
      print.flush();
      comparisons.add(one);
    }
    write(comparisons);
    if (report.isPresent()) {
      new TrainingReport(conditions, comparisons).write(report.get());
    }
    return 0;
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private void write(List<TrainingComparison> comparisons) throws IOException {
    File file = out.toAbsolutePath().toFile();
    Files.createDirectories(file.toPath().getParent());
    new ObjectMapper()
        .enable(SerializationFeature.INDENT_OUTPUT)
        .writeValue(file, comparisons.stream().flatMap(c -> c.lines().stream()).toList());
  }
}
