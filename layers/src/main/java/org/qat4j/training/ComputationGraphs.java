package org.qat4j.training;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;

/** {@link ComputationGraph}s as stages, and back. */
final class ComputationGraphs {
  private ComputationGraphs() {}

  static String input(ComputationGraph network) {
    ComputationGraphConfiguration configuration = network.getConfiguration();
    if (configuration.getNetworkInputs().size() != 1
        || configuration.getNetworkOutputs().size() != 1) {
      throw new IllegalArgumentException(
          "the graph has inputs "
              + configuration.getNetworkInputs()
              + " and outputs "
              + configuration.getNetworkOutputs()
              + "; only graphs with one of each can be quantized");
    }
    return configuration.getNetworkInputs().get(0);
  }

  /** The layers in execution order. */
  static List<Stage> stages(ComputationGraph network) {
    ComputationGraphConfiguration configuration = network.getConfiguration();
    List<Stage> stages = new ArrayList<>();
    for (int index : network.topologicalSortOrder()) {
      String name = network.getVertices()[index].getVertexName();
      GraphVertex vertex = configuration.getVertices().get(name);
      if (vertex == null) {
        continue; // A network input.
      }
      if (!(vertex instanceof LayerVertex layerVertex)) {
        throw new IllegalArgumentException(
            "vertex '"
                + name
                + "' ("
                + vertex.getClass().getSimpleName()
                + ") cannot be quantized: only vertices that hold a layer are supported");
      }
      stages.add(
          new Stage(
              name,
              index,
              layerVertex.getLayerConf().getLayer(),
              layerVertex.getPreProcessor(),
              configuration.getVertexInputs().get(name)));
    }
    return stages;
  }

  static ComputationGraph build(ComputationGraph original, List<Prepared> prepared) {
    ComputationGraphConfiguration configuration = original.getConfiguration().clone();
    Map<String, GraphVertex> vertices = new LinkedHashMap<>();
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    for (Prepared next : prepared) {
      Stage stage = next.stage();
      NeuralNetConfiguration layer = anyLayer(configuration).clone();
      layer.clearVariables();
      layer.setLayer(MultiLayerNetworks.named(stage));
      vertices.put(
          stage.name(),
          new LayerVertex(
              layer, stage.preprocessor() == null ? null : stage.preprocessor().clone()));
      inputs.put(stage.name(), stage.inputs());
    }
    configuration.setVertices(vertices);
    configuration.setVertexInputs(inputs);
    configuration.setTopologicalOrder(null);
    configuration.setTopologicalOrderStr(null);
    configuration.setIterationCount(0);
    configuration.setEpochCount(0);
    ComputationGraph network = new ComputationGraph(configuration);
    network.init();
    return network;
  }

  private static NeuralNetConfiguration anyLayer(ComputationGraphConfiguration configuration) {
    return configuration.getVertices().values().stream()
        .filter(LayerVertex.class::isInstance)
        .map(vertex -> ((LayerVertex) vertex).getLayerConf())
        .findFirst()
        .orElseThrow();
  }
}
