package org.qat4j.layers;

import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.shade.guava.collect.MapMaker;
import org.qat4j.scheme.QuantParams;

/**
 * Lets a layer read the activation parameters of the layer that feeds it.
 *
 * <p>A Deeplearning4j layer does not know its network, but all layers of one network are views of
 * one parameter buffer, and no two networks share one: not clones, not workers, not restored
 * copies. So the buffer's identity stands for the network. Entries vanish with the network: keys
 * and layers are held weakly.
 */
final class NetworkQuantizers {
  private static final ConcurrentMap<DataBuffer, Map<String, QuantizingLayer<?>>> NETWORKS =
      new MapMaker().weakKeys().makeMap();

  private NetworkQuantizers() {}

  static void register(INDArray parameters, String name, QuantizingLayer<?> layer) {
    NETWORKS
        .computeIfAbsent(network(parameters), key -> new MapMaker().weakValues().makeMap())
        .put(name, layer);
  }

  /**
   * @throws IllegalStateException if the network holds no such layer
   */
  static QuantParams find(INDArray parameters, String name) {
    QuantizingLayer<?> layer = NETWORKS.getOrDefault(network(parameters), Map.of()).get(name);
    if (layer == null) {
      throw new IllegalStateException(
          "there is no quantizing layer '"
              + name
              + "' in this network: prepare the whole network, not a part of it");
    }
    return layer.outputParams();
  }

  private static DataBuffer network(INDArray parameters) {
    DataBuffer own = parameters.data();
    return own.originalDataBuffer() == null ? own : own.originalDataBuffer();
  }
}
