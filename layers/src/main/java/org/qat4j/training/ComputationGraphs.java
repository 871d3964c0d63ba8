package org.qat4j.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.layers.QuantizedVertex;
import org.qat4j.layers.QuantizingConf;

/** {@link ComputationGraph}s as stages, and back. */
final class ComputationGraphs {
  private ComputationGraphs() {}

  /** The layers in execution order. */
  static List<Stage> stages(ComputationGraph network) {
    ComputationGraphConfiguration configuration = network.getConfiguration();
    requireOneInputAndOutput(configuration);
    List<Stage> stages = new ArrayList<>();
    for (int index : network.topologicalSortOrder()) {
      String name = network.getVertices()[index].getVertexName();
      GraphVertex vertex = configuration.getVertices().get(name);
      if (vertex == null) {
        continue; // A network input.
      }
      List<String> inputs = configuration.getVertexInputs().get(name);
      stages.add(stage(name, index, vertex, inputs));
    }
    return stages;
  }

  private static void requireOneInputAndOutput(ComputationGraphConfiguration configuration) {
    if (configuration.getNetworkInputs().size() != 1
        || configuration.getNetworkOutputs().size() != 1) {
      throw new IllegalArgumentException(
          "the graph has inputs "
              + configuration.getNetworkInputs()
              + " and outputs "
              + configuration.getNetworkOutputs()
              + "; only graphs with one of each can be quantized");
    }
  }

  /** The running layers by name. */
  static Map<String, Layer> layers(ComputationGraph network) {
    return Arrays.stream(network.getVertices())
        .filter(vertex -> vertex.hasLayer())
        .collect(Collectors.toMap(vertex -> vertex.getVertexName(), vertex -> vertex.getLayer()));
  }

  private static Stage stage(String name, int index, GraphVertex vertex, List<String> inputs) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException(
          "a vertex of the graph has the empty name, which ONNX files keep for what is left out;"
              + " name it");
    }
    if (vertex instanceof LayerVertex layer) {
      return new Stage(
          name, index, layer.getLayerConf().getLayer(), layer.getPreProcessor(), inputs);
    }
    if (vertex instanceof ElementWiseVertex sum
        && sum.getOp() == ElementWiseVertex.Op.Add
        && inputs.size() == 2) {
      return new Stage(name, index, merge(name, QuantizedMerge.Kind.SUM), null, inputs);
    }
    if (vertex instanceof MergeVertex merge
        && merge.getMergeAxis() == MergeVertex.DEFAULT_MERGE_DIM) {
      return new Stage(name, index, merge(name, QuantizedMerge.Kind.CONCATENATE), null, inputs);
    }
    throw new IllegalArgumentException(
        "vertex '"
            + name
            + "' ("
            + kind(vertex)
            + " of "
            + inputs.size()
            + ") cannot be quantized; "
            + advice(vertex));
  }

  private static String kind(GraphVertex vertex) {
    String type = vertex.getClass().getSimpleName();
    return vertex instanceof ElementWiseVertex elementWise
        ? type + " " + elementWise.getOp()
        : type;
  }

  private static String advice(GraphVertex vertex) {
    if (vertex instanceof FrozenVertex) {
      return "prepare the network unfrozen, fit at least one batch, and then freeze";
    }
    if (vertex instanceof ElementWiseVertex elementWise
        && elementWise.getOp() == ElementWiseVertex.Op.Add) {
      return "add two at a time, each sum in a vertex of its own";
    }
    return "supported are layers, ElementWiseVertex Add of 2 and MergeVertex along the channels";
  }

  /** Stands for a merge of the original network, of which only the kind is known yet. */
  private static QuantizedMerge merge(String name, QuantizedMerge.Kind kind) {
    return new QuantizedMerge(name, kind, List.of(), new ActivationIdentity(), null);
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
      vertices.put(stage.name(), vertex(stage, layer));
      inputs.put(stage.name(), stage.inputs());
    }
    configuration.setVertices(vertices);
    configuration.setVertexInputs(inputs);
    configuration.setTopologicalOrder(null);
    configuration.setTopologicalOrderStr(null);
    configuration.setIterationCount(0);
    configuration.setEpochCount(0);
    ComputationGraph network = new ComputationGraph(unshared(configuration));
    network.init();
    return network;
  }

  /** As {@link MultiLayerNetworks#copy}. */
  static ComputationGraph copy(ComputationGraph original) {
    ComputationGraph copy = new ComputationGraph(unshared(original.getConfiguration()));
    copy.init(original.params(), true);
    ComputationGraphUpdater updater = original.getUpdater(false);
    if (updater != null && updater.getUpdaterStateViewArray() != null) {
      copy.getUpdater().setStateViewArray(updater.getUpdaterStateViewArray().dup());
    }
    return copy;
  }

  private static ComputationGraphConfiguration unshared(
      ComputationGraphConfiguration configuration) {
    ComputationGraphConfiguration own = configuration.clone();
    for (GraphVertex vertex : own.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        layer.setLayerConf(MultiLayerNetworks.unshared(layer.getLayerConf()));
      }
    }
    return own;
  }

  private static LayerVertex vertex(Stage stage, NeuralNetConfiguration layer) {
    InputPreProcessor preprocessor = stage.preprocessor();
    if (stage.layer() instanceof QuantizingConf && preprocessor == null) {
      return new QuantizedVertex(layer);
    }
    return new LayerVertex(layer, preprocessor == null ? null : preprocessor.clone());
  }

  private static NeuralNetConfiguration anyLayer(ComputationGraphConfiguration configuration) {
    return configuration.getVertices().values().stream()
        .filter(LayerVertex.class::isInstance)
        .map(vertex -> ((LayerVertex) vertex).getLayerConf())
        .findFirst()
        .orElseThrow();
  }
}
