package org.qat4j.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.lang3.SerializationUtils;
import org.apache.commons.lang3.StringUtils;
import org.deeplearning4j.nn.api.Updater;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** {@link MultiLayerNetwork}s as stages, and back. */
final class MultiLayerNetworks {
  private MultiLayerNetworks() {}

  static List<Stage> stages(MultiLayerNetwork network) {
    MultiLayerConfiguration configuration = network.getLayerWiseConfigurations();
    List<Layer> layers =
        configuration.getConfs().stream().map(NeuralNetConfiguration::getLayer).toList();
    List<String> names = names(layers);
    List<Stage> stages = new ArrayList<>();
    String previous = Stage.freeName("input", names);
    for (int i = 0; i < layers.size(); i++) {
      InputPreProcessor preprocessor = configuration.getInputPreProcess(i);
      stages.add(new Stage(names.get(i), i, layers.get(i), preprocessor, List.of(previous)));
      previous = names.get(i);
    }
    return stages;
  }

  /** The running layers by name. */
  static Map<String, org.deeplearning4j.nn.api.Layer> layers(MultiLayerNetwork network) {
    return stages(network).stream()
        .collect(Collectors.toMap(Stage::name, stage -> network.getLayer(stage.index())));
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
        name = Stage.freeName(unnamed ? "layer" + i : name, taken);
      }
      names.add(name);
    }
    return names;
  }

  static MultiLayerNetwork build(MultiLayerNetwork original, List<Prepared> prepared) {
    MultiLayerConfiguration configuration = original.getLayerWiseConfigurations().clone();
    List<NeuralNetConfiguration> layers = new ArrayList<>();
    Map<Integer, InputPreProcessor> preprocessors = new HashMap<>();
    for (Prepared next : prepared) {
      Stage stage = next.stage();
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
    MultiLayerNetwork network = new MultiLayerNetwork(unshared(configuration));
    network.init();
    return network;
  }

  /** A copy that trains on by itself: parameters, updater state and configuration are its own. */
  static MultiLayerNetwork copy(MultiLayerNetwork original) {
    MultiLayerNetwork copy = new MultiLayerNetwork(unshared(original.getLayerWiseConfigurations()));
    copy.init(original.params(), true);
    Updater updater = original.getUpdater(false);
    if (updater != null && updater.getStateViewArray() != null) {
      copy.getUpdater().setStateViewArray(copy, updater.getStateViewArray().dup(), false);
    }
    return copy;
  }

  private static MultiLayerConfiguration unshared(MultiLayerConfiguration configuration) {
    MultiLayerConfiguration own = configuration.clone();
    own.setConfs(own.getConfs().stream().map(MultiLayerNetworks::unshared).toList());
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
