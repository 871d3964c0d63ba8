package org.qat4j.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.speed.ModelCall;
import org.qat4j.cli.speed.ModelContest;
import org.qat4j.cli.speed.ModelRuntime;
import org.qat4j.cli.speed.OnnxRuntime;
import org.qat4j.cli.speed.RawFloats;
import org.qat4j.cli.speed.Turns;
import org.qat4j.inference.QuantizedModel;
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
        "INT8 inference against ONNX Runtime and Deeplearning4j, each engine in a process of its own")
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
  private List<MeasuredNetwork> networks;

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

  @Option(
      names = "--warm-up",
      defaultValue = "2",
      description = "seconds of each engine before the rounds; default: ${DEFAULT-VALUE}")
  private double warmUp;

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
  public Integer call() throws IOException {
    check();
    Turns turns = new Turns(rounds, seconds, warmUp);
    Conditions conditions = Conditions.measure(List.of(OnnxRuntime.inWords()), turns);
    PrintWriter print = spec.commandLine().getOut();
    print.println(conditions);
    List<Comparison> comparisons = new ArrayList<>();
    for (int count : threads) {
      for (MeasuredNetwork network : networks) {
        for (int batch : batches) {
          Comparison one = measure(network, batch, count, turns);
          print.print(BenchmarkReport.lines(one, conditions.gopsPerThread()));
          print.flush();
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

  private Comparison measure(MeasuredNetwork network, int batch, int count, Turns turns)
      throws IOException {
    Path quantized = models.resolve(network + "_qdq_u8_f.onnx");
    Path real = models.resolve(network + "_fp32.onnx");
    Path images = Files.createTempFile("images", ".f32");
    try {
      RawFloats.write(images, network.images(models.resolve(network + ".io"), batch));
      ModelCall call = new ModelCall(quantized, false, network.image(), images, batch, count);
      ModelCall floatCall = new ModelCall(real, false, network.image(), images, batch, count);
      ModelContest contest =
          ModelContest.againstOnnxRuntime(
              call,
              turns,
              List.of(
                  () -> floatCall.on(ModelRuntime.ONNXRUNTIME, "ort-fp32"),
                  () -> Dl4jEngine.start(network, batch, count)));
      long macs = QuantizedModel.load(quantized).graph().macs() * batch;
      return new Comparison(network, batch, count, contest, macs);
    } finally {
      Files.delete(images);
    }
  }

  private void check() {
    require(batches.stream().allMatch(batch -> batch >= 1), "--batches must be >= 1: " + batches);
    require(threads.stream().allMatch(count -> count >= 1), "--threads must be >= 1: " + threads);
    require(rounds >= 1, "--rounds must be >= 1: " + rounds);
    require(seconds > 0, "--seconds must be > 0: " + seconds);
    require(warmUp >= 0, "--warm-up must be >= 0: " + warmUp);
    for (MeasuredNetwork network : networks) {
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

  private void write(List<Comparison> comparisons) throws IOException {
    List<Line> lines = comparisons.stream().flatMap(c -> c.lines().stream()).toList();
    Files.createDirectories(out.toAbsolutePath().getParent());
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(out.toFile(), lines);
  }
}
