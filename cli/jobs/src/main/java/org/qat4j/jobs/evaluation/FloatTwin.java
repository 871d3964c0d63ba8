package org.qat4j.jobs.evaluation;

import java.util.HashMap;
import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.jobs.network.Network;

/**
 * The prepared network with its trained parameters and without any rounding. Its layers have the
 * same names.
 */
final class FloatTwin {
  private final Network network;

  /**
   * @param original what the network was prepared from; not modified
   */
  FloatTwin(Network original, Network prepared) {
    network = prepared.restore(original).onFastLayers();
  }

  /**
   * Real outputs for a batch.
   *
   * @return by name of the prepared layer
   */
  Map<String, float[]> activations(INDArray batch) {
    Map<String, float[]> result = new HashMap<>();
    network
        .activations(batch)
        .forEach((name, values) -> result.put(name, values.dup('c').data().asFloat()));
    return result;
  }
}
