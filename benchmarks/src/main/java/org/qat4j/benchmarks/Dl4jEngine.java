package org.qat4j.benchmarks;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Stock Deeplearning4j in float32, on arrays that are already its own. */
final class Dl4jEngine implements Engine {
  private final ChildJvm worker;

  Dl4jEngine(Network network, int batch, int threads) throws IOException {
    this.worker =
        new ChildJvm(
            Map.of("OMP_NUM_THREADS", Integer.toString(threads)),
            List.of("-Dorg.bytedeco.javacpp.logger=slf4j"),
            Dl4jWorker.class,
            List.of(network.name(), Integer.toString(batch)));
  }

  @Override
  public String name() {
    return "dl4j-fp32";
  }

  @Override
  public double medianMs(double seconds) {
    return worker.ask(Double.toString(seconds))[0];
  }

  @Override
  public void close() {
    worker.close();
  }
}
