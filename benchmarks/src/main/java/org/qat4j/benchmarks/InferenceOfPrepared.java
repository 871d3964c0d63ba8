package org.qat4j.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.cli.report.Environment;
import org.qat4j.cli.speed.Int8Peak;
import org.qat4j.cli.speed.Samples;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.inference.InferenceSession;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures {@code output()} of a prepared LeNet against a session of the converted model. Both run
 * in this process, in turns, and what counts is the processor time of the thread that calls them:
 * other programs disturb it little, and it is the whole work as long as OpenMP has one thread.
 */
@Command(
    name = "prepared",
    mixinStandardHelpOptions = true,
    description = "output() of a prepared LeNet and InferenceSession.run, processor time in turns")
final class InferenceOfPrepared implements Callable<Integer> {
  private static final int CLASSES = 10;
  private static final float TOLERANCE = 1e-5f;

  @Spec private CommandSpec spec;

  @Option(names = "--batch", defaultValue = "64", description = "default: ${DEFAULT-VALUE}")
  private int batch;

  @Option(names = "--rounds", defaultValue = "300", description = "default: ${DEFAULT-VALUE}")
  private int rounds;

  @Option(names = "--warm-up", defaultValue = "1000", description = "default: ${DEFAULT-VALUE}")
  private int warmUp;

  private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

  /** Starts the program. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new InferenceOfPrepared());
  }

  @Override
  public Integer call() throws IOException {
    if (batch < 1 || rounds < 1 || warmUp < 0) {
      throw new ParameterException(
          spec.commandLine(), "--batch and --rounds must be >= 1, --warm-up >= 0");
    }
    if (!"1".equals(System.getenv("OMP_NUM_THREADS"))) {
      throw new ParameterException(
          spec.commandLine(), "set OMP_NUM_THREADS=1: the time of one thread is measured");
    }
    INDArray images = Nd4j.rand(DataType.FLOAT, batch, 1, 28, 28);
    MultiLayerNetwork network = prepared(images);
    try (InferenceSession session = InferenceSession.open(Qat.convert(network))) {
      float[] reals = images.dup('c').data().asFloat();
      float[] results = new float[batch * CLASSES];
      session.run(reals, batch, results);
      requireSame(network.output(images), results);
      Runnable output = () -> network.output(images);
      Runnable run = () -> session.run(reals, batch, results);
      double[][] times = new double[2][rounds];
      for (int round = -warmUp; round < rounds; round++) {
        double outputMs = processorMs(output);
        double runMs = processorMs(run);
        if (round >= 0) {
          times[0][round] = outputMs;
          times[1][round] = runMs;
        }
      }
      print(new Samples(times[0]), new Samples(times[1]));
    }
    return 0;
  }

  private MultiLayerNetwork prepared(INDArray images) {
    MultiLayerNetwork network =
        Qat.prepare(LeNet.create(1, new Adam(1e-3), 0, CLASSES), QatConfig.int8());
    INDArray labels = Nd4j.zeros(DataType.FLOAT, batch, CLASSES);
    for (int i = 0; i < batch; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    for (int step = 0; step < 5; step++) {
      network.fit(new DataSet(images, labels));
    }
    return network;
  }

  /** Codes are the same; each computes softmax in a precision of its own. */
  private static void requireSame(INDArray output, float[] results) {
    for (int i = 0; i < results.length; i++) {
      float probability = output.getFloat(i / CLASSES, i % CLASSES);
      if (!(Math.abs(probability - results[i]) <= TOLERANCE)) {
        throw new IllegalStateException(
            "result " + i + ": output() gives " + probability + ", the session " + results[i]);
      }
    }
  }

  private double processorMs(Runnable work) {
    long start = threads.getCurrentThreadCpuTime();
    work.run();
    return (threads.getCurrentThreadCpuTime() - start) / 1e6;
  }

  private void print(Samples output, Samples session) throws IOException {
    PrintWriter print = spec.commandLine().getOut();
    print.printf(
        Locale.ROOT,
        "%s, int8 peak %.0f GOPS a thread; LeNet, batch %d, processor time of one thread, medians"
            + " of %d rounds, in brackets their first and third quartile%n",
        Environment.current().cpu(),
        Int8Peak.gopsPerThread(),
        batch,
        rounds);
    line(print, "output() of the prepared network", output);
    line(print, "InferenceSession.run", session);
    print.printf(Locale.ROOT, "%-34s%8s%n", "ratio", session.speedAgainst(output));
    print.flush();
  }

  private static void line(PrintWriter print, String what, Samples times) {
    double[] quartiles = times.quartiles();
    print.printf(
        Locale.ROOT,
        "%-34s%8.2f ms (%.2f–%.2f)%n",
        what,
        times.median(),
        quartiles[0],
        quartiles[1]);
  }
}
