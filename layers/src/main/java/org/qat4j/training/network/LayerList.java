package org.qat4j.training.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.lang3.SerializationUtils;
import org.apache.commons.lang3.StringUtils;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.graph.Graph;

/** A chain of layers. */
record LayerList(MultiLayerNetwork network) implements NetworkView<MultiLayerNetwork> {
  LayerList {
    Objects.requireNonNull(network, "network");
  }

  @Override
  public boolean isInitialized() {
    return network.isInitCalled();
  }

  @Override
  public List<Stage> stages() {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    List<Layer> layers =
        configuration.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
    List<String> names = names(layers);
    List<Stage> stages = new ArrayList<>();
    String previous = Graph.freeName("input", names::contains);
    for (int i = 0; i < layers.size(); i++) {
      InputPreProcessor preprocessor = configuration.getInputPreProcess(i);
      stages.add(new Stage(names.get(i), i, layers.get(i), preprocessor, List.of(previous)));
      previous = names.get(i);
    }
    return stages;
  }

  @Override
  public Map<String, org.deeplearning4j.nn.api.Layer> layers() {
    return stages().stream()
        .collect(Collectors.toMap(Stage::name, stage -> thawed(network.getLayer(stage.index()))));
  }

  /** The running layer inside a frozen one. */
  static org.deeplearning4j.nn.api.Layer thawed(org.deeplearning4j.nn.api.Layer layer) {
    return layer instanceof FrozenLayer frozen ? thawed(frozen.getInsideLayer()) : layer;
  }

  /** A name for each layer, none twice: Deeplearning4j lets layers have none, or equal ones. */
  private static List<String> names(List<Layer> layers) {
    List<String> given = layers.stream().map(Layer::getLayerName).toList();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < given.size(); i++) {
      String name = given.get(i);
      boolean unnamed = StringUtils.isEmpty(name);
      if (unnamed || names.contains(name)) {
        Set<String> taken = new HashSet<>(given);
        taken.addAll(names);
        name = Graph.freeName(unnamed ? "layer" + i : name, taken::contains);
      }
      names.add(name);
    }
    return names;
  }

  @Override
  public LayerList build(List<Stage> stages) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations().clone();
    List<NeuralNetConfiguration> layers = new ArrayList<>();
    Map<Integer, InputPreProcessor> preprocessors = new HashMap<>();
    for (Stage stage : stages) {
      NeuralNetConfiguration layer = configuration.getConf(Math.max(0, stage.index())).clone();
      layer.clearVariables();
      layer.setLayer(named(stage));
      if (stage.preprocessor() != null) {
        preprocessors.put(layers.size(), stage.preprocessor().clone());
      }
      layers.add(layer);
    }
    configuration.setConfs(layers);
    configuration.setInputPreProcessors(preprocessors);
    configuration.setIterationCount(0);
    configuration.setEpochCount(0);
    MultiLayerNetwork built = new MultiLayerNetwork(unshared(configuration));
    built.init();
    return new LayerList(built);
  }

  @Override
  public void fit(DataSet batch) {
    network.fit(batch);
  }

  @Override
  public INDArray output(INDArray features) {
    return network.output(features);
  }

  @Override
  public Map<String, INDArray> activations(INDArray features) {
    List<INDArray> all = network.feedForward(features, false);
    // The first one is the input.
    return stages().stream()
        .collect(Collectors.toMap(Stage::name, stage -> all.get(stage.index() + 1)));
  }

  @Override
  public void setLearningRate(ISchedule rate) {
    network.setLearningRate(rate);
  }

  @Override
  public LayerList copy() {
    MultiLayerNetwork copy = new MultiLayerNetwork(unshared(network.getLayerWiseConfigurations()));
    copy.init(network.params(), true);
    Updater updater = network.getUpdater(false);
    if (updater != null && updater.getStateViewArray() != null) {
      copy.getUpdater().setStateViewArray(copy, updater.getStateViewArray().dup(), false);
    }
    return new LayerList(copy);
  }

  private static MultiLayerConfiguration unshared(MultiLayerConfiguration configuration) {
    MultiLayerConfiguration own = configuration.clone();
    own.setConfs(own.getConfs().stream().map(LayerList::unshared).toList());
    return own;
  }

  /**
   * One layer's configuration, down to the last part its own: Deeplearning4j's clones share
   * updaters, so that one network's learning rate sets the other's.
   */
  static NeuralNetConfiguration unshared(NeuralNetConfiguration configuration) {
    return SerializationUtils.clone(configuration);
  }

  static Layer named(Stage stage) {
    Layer layer = stage.layer().clone();
    layer.setLayerName(stage.name());
    return layer;
  }
}
