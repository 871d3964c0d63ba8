package org.qat4j.training.network;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.updater.graph.ComputationGraphUpdater;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.layers.QuantizedVertex;
import org.qat4j.layers.QuantizingConf;

/** Layers that may branch and join. */
record LayerGraph(ComputationGraph network) implements NetworkView<ComputationGraph> {
  LayerGraph {
    Objects.requireNonNull(network, "network");
  }

  @Override
  public boolean isInitialized() {
    return network.getVertices() != null;
  }

  @Override
  public List<Stage> stages() {
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

  @Override
  public Map<String, Layer> layers() {
    return Arrays.stream(network.getVertices())
        .filter(vertex -> vertex.hasLayer())
        .collect(
            Collectors.toMap(
                vertex -> vertex.getVertexName(), vertex -> LayerList.thawed(vertex.getLayer())));
  }

  private static Stage stage(String name, int index, GraphVertex vertex, List<String> inputs) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException(
          "a vertex of the graph has the empty name, which ONNX files keep for what is left out;"
              + " name it");
    }
    return vertex instanceof LayerVertex layer
        ? new Stage(name, index, layer.getLayerConf().getLayer(), layer.getPreProcessor(), inputs)
        : new Stage(name, index, vertex, null, inputs);
  }

  @Override
  public LayerGraph build(List<Stage> stages) {
    ComputationGraphConfiguration configuration = network.getConfiguration().clone();
    Map<String, GraphVertex> vertices = new LinkedHashMap<>();
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    for (Stage stage : stages) {
      vertices.put(
          stage.name(),
          stage.conf() instanceof GraphVertex vertex
              ? vertex.clone()
              : vertex(stage, anyLayer(configuration).clone()));
      inputs.put(stage.name(), stage.inputs());
    }
    configuration.setVertices(vertices);
    configuration.setVertexInputs(inputs);
    configuration.setTopologicalOrder(null);
    configuration.setTopologicalOrderStr(null);
    configuration.setIterationCount(0);
    configuration.setEpochCount(0);
    ComputationGraph built = new ComputationGraph(unshared(configuration));
    built.init();
    return new LayerGraph(built);
  }

  @Override
  public void fit(DataSet batch) {
    network.fit(batch);
  }

  @Override
  public INDArray output(INDArray features) {
    return network.outputSingle(features);
  }

  @Override
  public Map<String, INDArray> activations(INDArray features) {
    return network.feedForward(features, false);
  }

  @Override
  public void setLearningRate(ISchedule rate) {
    network.setLearningRate(rate);
  }

  @Override
  public LayerGraph copy() {
    ComputationGraph copy = new ComputationGraph(unshared(network.getConfiguration()));
    copy.init(network.params(), true);
    ComputationGraphUpdater updater = network.getUpdater(false);
    if (updater != null && updater.getUpdaterStateViewArray() != null) {
      copy.getUpdater().setStateViewArray(updater.getUpdaterStateViewArray().dup());
    }
    return new LayerGraph(copy);
  }

  private static ComputationGraphConfiguration unshared(
      ComputationGraphConfiguration configuration) {
    ComputationGraphConfiguration own = configuration.clone();
    for (GraphVertex vertex : own.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        layer.setLayerConf(LayerList.unshared(layer.getLayerConf()));
      }
    }
    return own;
  }

  private static LayerVertex vertex(Stage stage, NeuralNetConfiguration layer) {
    layer.clearVariables();
    layer.setLayer(LayerList.named(stage));
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
