package org.qat4j.layers;

import java.lang.ref.WeakReference;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.pruning.Pruning;

/**
 * The quantizing layers of one network, by quantizer name: lets a layer read the activation
 * parameters of the layer that feeds it.
 *
 * <p>A Deeplearning4j layer does not know its network. But however a network is made or copied, one
 * thread makes its layers, one after the other, on views of one parameter buffer. So a layer
 * belongs with those that its thread made before it on the same buffer, until a name comes again:
 * then another network starts, which shares the buffer. Only the layers hold this object, so it
 * lives as long as they do.
 */
final class NetworkQuantizers {
  private static final ThreadLocal<WeakReference<NetworkQuantizers>> LATEST =
      ThreadLocal.withInitial(() -> new WeakReference<>(null));

  private final DataBuffer parameters;
  private final Map<String, QuantizingLayer<?>> layers = new ConcurrentHashMap<>();

  /** The last iteration that layers were pruned for. */
  private final Map<Pruning, Integer> pruned = new ConcurrentHashMap<>();

  private NetworkQuantizers(DataBuffer parameters) {
    this.parameters = parameters;
  }

  /**
   * Adds a layer to the network that this thread is making.
   *
   * @param parameters view of the network's parameters
   */
  static NetworkQuantizers join(INDArray parameters, String name, QuantizingLayer<?> layer) {
    NetworkQuantizers network = LATEST.get().get();
    DataBuffer buffer = whole(parameters);
    if (network == null || network.parameters != buffer || network.layers.containsKey(name)) {
      network = new NetworkQuantizers(buffer);
      LATEST.set(new WeakReference<>(network));
    }
    network.layers.put(name, layer);
    return network;
  }

  private static DataBuffer whole(INDArray parameters) {
    DataBuffer own = parameters.data();
    return own.originalDataBuffer() == null ? own : own.originalDataBuffer();
  }

  /**
   * Keeps a layer of another network in sight, where this one is a part of that and has none of the
   * name. What feeds a layer is made before it.
   */
  void borrow(String name, NetworkQuantizers whole) {
    QuantizingLayer<?> layer = whole.layers.get(name);
    if (layer != null) {
      layers.putIfAbsent(name, layer);
    }
  }

  /** The layers that may have weights to prune, in the order of the network. */
  Stream<QuantizedBlockLayer> blocks() {
    return layers.values().stream()
        .filter(QuantizedBlockLayer.class::isInstance)
        .map(QuantizedBlockLayer.class::cast)
        .sorted(Comparator.comparing(QuantizedBlockLayer::getIndex));
  }

  /** Whether this call is the first one for an iteration. */
  boolean startsPruning(Pruning pruning, int iteration) {
    return !Objects.equals(pruned.put(pruning, iteration), iteration);
  }

  /**
   * The layer of that name.
   *
   * @throws IllegalStateException if the network holds no such layer
   */
  QuantizingLayer<?> find(String name) {
    QuantizingLayer<?> layer = layers.get(name);
    if (layer == null) {
      throw new IllegalStateException(
          "there is no quantizing layer '"
              + name
              + "' in this network: prepare the whole network, not a part of it");
    }
    return layer;
  }
}
