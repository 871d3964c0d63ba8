package org.qat4j.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import org.qat4j.cli.error.UserException;
import org.qat4j.cli.report.Conditions;
import org.qat4j.cli.report.TextTable;
import org.qat4j.cli.speed.ModelCall;
import org.qat4j.cli.speed.ModelContest;
import org.qat4j.cli.speed.OnnxRuntime;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.cli.speed.RawFloats;
import org.qat4j.cli.speed.Timing;
import org.qat4j.cli.speed.Turns;
import org.qat4j.graph.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures how fast a model file runs. */
@Command(
    name = "bench",
    description = {
      "Measure how fast a model file runs, arrays in, arrays out. Each engine has a process of its own; they take"
          + " turns, and results are compared first. Inputs are random numbers from 0 to 1."
    })
final class BenchCommand implements Callable<Integer> {
  /** JVMs allow arrays of a little less than 2^31. */
  private static final int MOST_NUMBERS = Integer.MAX_VALUE - 8;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "ONNX file.")
  private Path model;

  @Mixin private FloatOption allowed;

  @Option(names = "--against", description = "Peer in the same rounds: ${COMPLETION-CANDIDATES}.")
  private Optional<Peer> peer;

  @Option(
      names = "--batch",
      split = ",",
      defaultValue = "1,32,256",
      description = "Images per call, one or more (default: ${DEFAULT-VALUE}).")
  private List<Integer> batches;

  @Option(
      names = "--threads",
      defaultValue = "1",
      description = "Threads of one call (default: ${DEFAULT-VALUE}).")
  private int threads;

  @Option(
      names = "--rounds",
      defaultValue = "7",
      description = "Timed rounds (default: ${DEFAULT-VALUE}).")
  private int rounds;

  @Option(
      names = "--seconds",
      defaultValue = "0.3",
      description = "Of each engine in a round (default: ${DEFAULT-VALUE}).")
  private double seconds;

  @Option(
      names = "--warm-up",
      defaultValue = "2",
      paramLabel = "SECONDS",
      description = "Of each engine before the rounds (default: ${DEFAULT-VALUE}).")
  private double warmUp;

  /** What to compare with. */
  enum Peer {
    onnxruntime
  }

  @Override
  public Integer call() throws IOException {
    requirePositive("--threads", threads);
    requirePositive("--rounds", rounds);
    batches.forEach(batch -> requirePositive("--batch", batch));
    require("--seconds must be above 0, got " + seconds, seconds > 0);
    require("--warm-up must be 0 or more, got " + warmUp, warmUp >= 0);
    peer.ifPresent(given -> requireOnnxRuntime());
    Shape shape = ModelShape.single(model, allowed.load(model));
    Turns turns = new Turns(rounds, seconds, warmUp);
    List<String> peers = peer.isPresent() ? List.of(OnnxRuntime.inWords()) : List.of();
    Qat4j.print(spec, Conditions.measure(peers, turns).toString());
    List<List<String>> rows = new ArrayList<>();
    rows.add(header());
    for (int batch : batches) {
      rows.add(measure(shape, batch, turns));
    }
    Qat4j.print(spec, TextTable.of(rows));
    return 0;
  }

  /** It may be left out of a deployment. No class that needs it may be touched before. */
  private static void requireOnnxRuntime() {
    if (BenchCommand.class.getResource("/ai/onnxruntime/OrtEnvironment.class") == null) {
      throw new UserException(
          "ONNX Runtime is not on the class path; add com.microsoft.onnxruntime:onnxruntime to it");
    }
  }

  private void requirePositive(String option, int value) {
    require(option + " must be at least 1, got " + value, value >= 1);
  }

  private void require(String message, boolean condition) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private List<String> header() {
    List<String> header = new ArrayList<>(List.of("batch", "threads", "qat4j", "images/s"));
    if (peer.isPresent()) {
      header.addAll(List.of("ONNX Runtime", "images/s", "qat4j is times as fast", "compared"));
    }
    return header;
  }

  private List<String> measure(Shape shape, int batch, Turns turns) throws IOException {
    long numbers = (long) batch * shape.elements();
    require(
        "--batch " + batch + ": the images of " + shape + " do not fit one array; use fewer",
        numbers <= MOST_NUMBERS);
    Path images = Files.createTempFile("images", ".f32");
    try {
      RawFloats.write(images, random((int) numbers));
      ModelCall call = new ModelCall(model, allowed.allowFloat(), shape, images, batch, threads);
      ModelContest contest =
          peer.isPresent()
              ? ModelContest.againstOnnxRuntime(call, turns, List.of())
              : ModelContest.alone(call, turns);
      return row(contest, batch);
    } finally {
      Files.delete(images);
    }
  }

  private List<String> row(ModelContest contest, int batch) {
    List<String> row = new ArrayList<>(List.of(Integer.toString(batch), Integer.toString(threads)));
    for (Timing timing : contest.timings()) {
      double median = timing.milliseconds().median();
      row.add(Ratio.digits(median) + " ms");
      row.add(String.format(Locale.ROOT, "%,.0f", 1000 * batch / median));
    }
    for (Timing other : contest.others()) {
      row.add(contest.own().speedAgainst(other).toString());
      row.add(contest.agreement());
    }
    return row;
  }

  private static float[] random(int count) {
    Random random = new Random(1);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = random.nextFloat();
    }
    return values;
  }
}
