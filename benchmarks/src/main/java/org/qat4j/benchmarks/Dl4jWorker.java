package org.qat4j.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * Runs a stock Deeplearning4j network in a JVM of its own, since ND4J takes its number of threads
 * from the environment. For each line with a number of seconds it answers with the median
 * milliseconds of one call.
 */
final class Dl4jWorker {
  private Dl4jWorker() {}

  public static void main(String[] args) throws IOException {
    Network network = Network.valueOf(args[0]);
    int batch = Integer.parseInt(args[1]);
    INDArray images = Nd4j.rand(DataType.FLOAT, network.shape(batch));
    Object built = network.dl4j();
    Runnable call =
        built instanceof ComputationGraph graph
            ? () -> graph.output(images)
            : () -> ((MultiLayerNetwork) built).output(images);
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = questions.readLine(); line != null; line = questions.readLine()) {
      System.out.println(Medians.ms(call, Double.parseDouble(line)));
    }
  }
}
