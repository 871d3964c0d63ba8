package org.qat4j.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineProcess;
import org.qat4j.cli.speed.EngineServer;

/** Stock Deeplearning4j in float32, on arrays that are already its own. */
final class Dl4jEngine implements Engine {
  private final Object network;
  private final INDArray images;

  private Dl4jEngine(MeasuredNetwork network, int batch) {
    this.network = network.dl4j();
    this.images = Nd4j.rand(DataType.FLOAT, network.shape(batch));
  }

  /** Starts a process. */
  static EngineProcess start(MeasuredNetwork network, int batch, int threads) throws IOException {
    return new EngineProcess(
        "dl4j-fp32",
        environment(threads),
        List.of(),
        Dl4jEngine.class,
        List.of(network.name(), Integer.toString(batch)));
  }

  /**
   * Where ND4J takes its number of threads from. OpenBLAS's threads sleep as soon as they have no
   * work: by default they spin, which makes a LeNet step of Deeplearning4j three times as long.
   */
  static Map<String, String> environment(int threads) {
    return Map.of("OMP_NUM_THREADS", Integer.toString(threads), "OPENBLAS_THREAD_TIMEOUT", "4");
  }

  /** The process that {@link #start} starts. */
  public static void main(String[] args) throws Exception {
    EngineServer.serve(
        () -> new Dl4jEngine(MeasuredNetwork.valueOf(args[0]), Integer.parseInt(args[1])));
  }

  private INDArray output() {
    return network instanceof ComputationGraph graph
        ? graph.outputSingle(images)
        : ((MultiLayerNetwork) network).output(images);
  }

  @Override
  public void run() {
    output();
  }

  /** Of fresh weights: they show nothing but their number. */
  @Override
  public float[] results() {
    return output().dup('c').data().asFloat();
  }

  @Override
  public void close() {}
}
