package org.qat4j.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Training steps of a Deeplearning4j network: as it is, or prepared for this project's layers.
 *
 * <p>Native memory is what the process grew by since ND4J was loaded, less what the JVM itself
 * needs; the heap must be resident from the start (-XX:+AlwaysPreTouch).
 */
final class Dl4jTrainingEngine implements Engine {
  /** What trains the network. */
  enum Layers {
    /** Deeplearning4j's own layers in float32. */
    STOCK,
    /** This project's in float32. */
    FLOAT,
    /** This project's, quantization-aware. */
    QAT
  }

  private final DataSet data;
  private final double before;
  private final NeuralNetwork network;
  private double firstLoss = Double.NaN;

  private Dl4jTrainingEngine(TrainingCase task, Layers layers) throws IOException {
    data = data(task);
    before = nativeMemory("VmRSS");
    network = network(task.network(), layers);
  }

  /** Arguments: network, layers, and the folder of {@link TrainingCase#write}. */
  public static void main(String[] args) throws Exception {
    TrainingCase task = new TrainingCase(TrainedNetwork.valueOf(args[0]), Path.of(args[2]));
    EngineServer.serve(() -> new Dl4jTrainingEngine(task, Layers.valueOf(args[1])));
  }

  private static NeuralNetwork network(TrainedNetwork kind, Layers layers) {
    QatConfig config = layers == Layers.QAT ? QatConfig.int8() : QatConfig.floatingPoint();
    if (kind == TrainedNetwork.LENET) {
      var network = TrainedDl4j.leNet();
      return layers == Layers.STOCK ? network : Qat.prepare(network, config);
    }
    var network = TrainedDl4j.resNet20();
    return layers == Layers.STOCK ? network : Qat.prepare(network, config);
  }

  private static DataSet data(TrainingCase task) throws IOException {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, TrainingCase.BATCH, TrainingCase.CLASSES);
    long[] classes = TrainingCase.labels();
    for (int i = 0; i < classes.length; i++) {
      labels.putScalar(i, classes[i], 1);
    }
    long[] shape = task.network().shape(TrainingCase.BATCH);
    return new DataSet(Nd4j.create(task.images(), shape, 'c'), labels);
  }

  @Override
  public void run() {
    network.fit(data);
    if (Double.isNaN(firstLoss)) {
      firstLoss = ((Model) network).score();
    }
  }

  @Override
  public float[] results() {
    if (Double.isNaN(firstLoss)) {
      run();
    }
    return new float[] {(float) firstLoss};
  }

  @Override
  public double nativeMiB() {
    try {
      return nativeMemory("VmHWM") - before;
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  /** MiB of this process by a line of Linux's status file, less the JVM's classes and code. */
  private static double nativeMemory(String line) throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return Double.NaN;
    }
    long jvm = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted();
    return Files.readAllLines(status).stream()
            .filter(each -> each.startsWith(line + ":"))
            .mapToDouble(each -> Double.parseDouble(each.replaceAll("[^0-9]", "")) / 1024)
            .findFirst()
            .orElse(Double.NaN)
        - jvm / 1048576.0;
  }

  @Override
  public void close() {}
}
