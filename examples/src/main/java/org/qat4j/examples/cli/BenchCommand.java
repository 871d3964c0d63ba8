package org.qat4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.qat4j.examples.evaluation.OrtClassifier;
import org.qat4j.examples.evaluation.Speed;
import org.qat4j.examples.report.ReportText;
import org.qat4j.graph.Shape;
import org.qat4j.int8.Int8Model;
import org.qat4j.int8.Int8Session;
import org.qat4j.int8.SessionOptions;
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
      "Measure how fast a model file runs: medians of interleaved rounds, arrays in, arrays out.",
      "Inputs are random numbers from 0 to 1."
    })
final class BenchCommand implements Callable<Integer> {
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
      defaultValue = "25",
      description = "Timed rounds (default: ${DEFAULT-VALUE}).")
  private int rounds;

  /** What to compare with. */
  enum Peer {
    onnxruntime
  }

  @Override
  public Integer call() throws IOException {
    requirePositive("--threads", threads);
    requirePositive("--rounds", rounds);
    batches.forEach(batch -> requirePositive("--batch", batch));
    Int8Model loaded = allowed.load(model);
    Shape shape = ModelShape.single(model, loaded);
    Optional<OrtClassifier> judge = peer.map(any -> new OrtClassifier(model, threads));
    try (Int8Session session =
        Int8Session.open(loaded, SessionOptions.DEFAULT.withThreads(threads))) {
      List<List<String>> rows = new ArrayList<>();
      rows.add(header(judge));
      for (int batch : batches) {
        rows.add(measure(session, judge, shape, batch));
      }
      Qat4j.print(spec, ReportText.table(rows));
    } finally {
      judge.ifPresent(OrtClassifier::close);
    }
    return 0;
  }

  private void requirePositive(String option, int value) {
    if (value < 1) {
      throw new ParameterException(
          spec.commandLine(), option + " must be at least 1, got " + value);
    }
  }

  private static List<String> header(Optional<OrtClassifier> judge) {
    List<String> header = new ArrayList<>(List.of("batch", "qat4j", "images/s"));
    judge.ifPresent(
        ort -> header.addAll(List.of("ONNX Runtime " + ort.version(), "images/s", "qat4j is")));
    return header;
  }

  private List<String> measure(
      Int8Session session, Optional<OrtClassifier> judge, Shape shape, int batch) {
    float[] input = random(Math.multiplyExact(batch, shape.elements()));
    float[] result = session.run(input, batch);
    long[] dims =
        LongStream.concat(LongStream.of(batch), IntStream.of(shape.dims()).asLongStream())
            .toArray();
    List<Runnable> calls = new ArrayList<>();
    calls.add(() -> session.run(input, batch, result));
    judge.ifPresent(ort -> calls.add(() -> ort.run(input, dims)));
    double[] seconds = Speed.medianSeconds(calls, rounds);
    List<String> row = new ArrayList<>(List.of(Integer.toString(batch)));
    for (double median : seconds) {
      row.add(String.format(Locale.ROOT, "%.3f ms", 1000 * median));
      row.add(String.format(Locale.ROOT, "%,.0f", batch / median));
    }
    if (seconds.length == 2) {
      row.add(String.format(Locale.ROOT, "%.2f× as fast", seconds[1] / seconds[0]));
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
