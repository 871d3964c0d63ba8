package org.qat4j.benchmarks;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A network as it is deployed: each convolution has the bias and the activation of the batch norm
 * and the activation layer behind it, which are gone. Weights are fresh.
 */
final class DeployedForm {
  private DeployedForm() {}

  static MultiLayerNetwork fold(MultiLayerNetwork network, InputType input) {
    List<Layer> layers = new ArrayList<>();
    for (var each : network.getLayers()) {
      Layer layer = each.conf().getLayer().clone();
      if (layers.isEmpty() || !folds(layers.get(layers.size() - 1), layer)) {
        layers.add(layer);
      }
    }
    MultiLayerNetwork folded =
        new MultiLayerNetwork(
            new NeuralNetConfiguration.Builder()
                .list(layers.toArray(Layer[]::new))
                .setInputType(input)
                .build());
    folded.init();
    return folded;
  }

  static ComputationGraph fold(ComputationGraph network, InputType input) {
    ComputationGraphConfiguration from = network.getConfiguration();
    Map<String, String> places = new HashMap<>();
    from.getNetworkInputs().forEach(name -> places.put(name, name));
    Map<String, Layer> layers = new LinkedHashMap<>();
    GraphBuilder to =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs(from.getNetworkInputs())
            .setInputTypes(input)
            .setOutputs(from.getNetworkOutputs().toArray(String[]::new));
    List<String> kept = new ArrayList<>();
    for (int index : network.topologicalSortOrder()) {
      String name = network.getVertices()[index].getVertexName();
      if (!from.getNetworkInputs().contains(name)) {
        String before = places.get(from.getVertexInputs().get(name).get(0));
        GraphVertex vertex = from.getVertices().get(name);
        if (vertex instanceof LayerVertex holder) {
          layers.put(name, holder.getLayerConf().getLayer().clone());
        }
        boolean gone = layers.containsKey(name) && folds(layers.get(before), layers.get(name));
        places.put(name, gone ? before : name);
        if (!gone) {
          kept.add(name);
        }
      }
    }
    for (String name : kept) {
      String[] inputs =
          from.getVertexInputs().get(name).stream().map(places::get).toArray(String[]::new);
      if (layers.containsKey(name)) {
        to.addLayer(name, layers.get(name), inputs);
      } else {
        to.addVertex(name, from.getVertices().get(name), inputs);
      }
    }
    ComputationGraph folded = new ComputationGraph(to.build());
    folded.init();
    return folded;
  }

  /** Whether a layer becomes part of the convolution before it; then it has. */
  private static boolean folds(Layer before, Layer layer) {
    if (!(before instanceof ConvolutionLayer convolution)) {
      return false;
    }
    if (layer instanceof BatchNormalization) {
      convolution.setHasBias(true);
      return true;
    }
    if (layer instanceof ActivationLayer activation) {
      convolution.setActivationFn(activation.getActivationFn());
      return true;
    }
    return false;
  }
}
