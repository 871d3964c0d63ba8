package org.qat4j.examples.evaluation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The float network with the parameters of the prepared one: what the prepared network would
 * compute without any rounding. Its output layer gives logits.
 */
final class FloatTwin {
  private final MultiLayerNetwork network;
  private final Map<String, Integer> layers;

  private FloatTwin(MultiLayerNetwork network, Map<String, Integer> layers) {
    this.network = network;
    this.layers = layers;
  }

  /**
   * @param original not modified; each of its layers is in {@code prepared} under its name, its
   *     name and {@code _logits}, or fused into the layer before it
   */
  static FloatTwin of(MultiLayerNetwork original, MultiLayerNetwork prepared) {
    MultiLayerNetwork twin = original.clone();
    Map<String, Layer> byName = new HashMap<>();
    for (Layer layer : prepared.getLayers()) {
      byName.put(name(layer), layer);
    }
    Map<String, Integer> layers = new HashMap<>();
    // The first prepared layer quantizes the input, which needs no counterpart.
    layers.put(name(prepared.getLayer(0)), -1);
    String owner = "";
    for (Layer layer : twin.getLayers()) {
      String own = name(layer);
      owner =
          byName.containsKey(own + "_logits")
              ? own + "_logits"
              : byName.containsKey(own) ? own : owner;
      copyParameters(byName.get(owner), layer);
      layers.put(owner, layer.getIndex());
      if (layer.conf().getLayer() instanceof BaseOutputLayer output) {
        output.setActivationFn(new ActivationIdentity());
      }
    }
    return new FloatTwin(twin, layers);
  }

  private static String name(Layer layer) {
    return layer.conf().getLayer().getLayerName();
  }

  private static void copyParameters(Layer from, Layer to) {
    to.paramTable().forEach((key, value) -> value.assign(from.getParam(key)));
  }

  /**
   * Real outputs for a batch.
   *
   * @return by name of the prepared layer
   */
  Map<String, float[]> activations(INDArray batch) {
    List<INDArray> all = new ArrayList<>(network.feedForward(batch, false));
    Map<String, float[]> result = new HashMap<>();
    layers.forEach((name, index) -> result.put(name, all.get(index + 1).dup('c').data().asFloat()));
    return result;
  }
}
