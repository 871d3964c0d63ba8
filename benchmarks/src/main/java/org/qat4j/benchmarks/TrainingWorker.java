package org.qat4j.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.lenet.LeNet;
import org.qat4j.examples.resnet.ResNet20;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * Trains one network in a JVM of its own: "LeNet" or "ResNet-20", "dl4j" or "qat4j", "float" or
 * "qat". For each line it takes two steps and answers with the milliseconds of the second and the
 * peak of native memory in MiB so far.
 *
 * <p>Native memory is what the process grew by since ND4J was loaded, less what the JVM itself
 * needs; the heap must be resident from the start (-XX:+AlwaysPreTouch).
 */
final class TrainingWorker {
  static final int BATCH = 64;
  private static final int CLASSES = 10;

  private TrainingWorker() {}

  public static void main(String[] args) throws IOException {
    boolean leNet = args[0].equals("LeNet");
    DataSet data = leNet ? images(1, LeNet.SIZE) : images(3, ResNet20.SIZE);
    double before = nativeMemory("VmRSS");
    NeuralNetwork network = network(leNet, args[1].equals("dl4j"), args[2].equals("qat"));
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    while (questions.readLine() != null) {
      // The step before the measured one refills the caches that the others emptied.
      network.fit(data);
      long start = System.nanoTime();
      network.fit(data);
      double milliseconds = (System.nanoTime() - start) / 1e6;
      System.out.println(milliseconds + " " + (nativeMemory("VmHWM") - before));
    }
  }

  private static NeuralNetwork network(boolean leNet, boolean stock, boolean quantized) {
    QatConfig config = quantized ? QatConfig.int8() : QatConfig.floatingPoint();
    if (leNet) {
      var network = LeNet.create(1, new Adam(1e-3), 0, CLASSES);
      return stock ? network : Qat.prepare(network, config);
    }
    var network = ResNet20.create(1, new Adam(1e-3), 0, CLASSES);
    return stock ? network : Qat.prepare(network, config);
  }

  private static DataSet images(int channels, int size) {
    Nd4j.getRandom().setSeed(1);
    INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(Nd4j.rand(DataType.FLOAT, BATCH, channels, size, size), labels);
  }

  /** MiB of this process by a line of Linux's status file, less the JVM's classes and code. */
  private static double nativeMemory(String line) throws IOException {
    long jvm = ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage().getCommitted();
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(each -> each.startsWith(line + ":"))
            .mapToDouble(each -> Double.parseDouble(each.replaceAll("[^0-9]", "")) / 1024)
            .findFirst()
            .orElse(Double.NaN)
        - jvm / 1048576.0;
  }
}
