package org.qat4j.training.forms;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.qat4j.graph.Graph;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.training.network.Stage;

/** The prepared network as far as it is made, and what became of the original's tensors. */
final class Draft {
  private final List<Stage> original;
  private final Readers readers;
  private final Set<String> taken = new HashSet<>();
  private final Set<String> absorbed = new HashSet<>();
  private final List<Prepared> prepared = new ArrayList<>();

  /** Name of the tensor that now stands for an original one. */
  private final Map<String, String> renamed = new LinkedHashMap<>();

  /** Name of the layer whose output parameters a tensor has. */
  private final Map<String, String> quantizers = new LinkedHashMap<>();

  Draft(List<Stage> original) {
    this.original = original;
    this.readers = new Readers(original);
    for (Stage stage : original) {
      taken.add(stage.name());
      taken.addAll(stage.inputs());
    }
  }

  List<Prepared> prepared() {
    return prepared;
  }

  /** Which layers of the original read which tensors. */
  Readers readers() {
    return readers;
  }

  /**
   * The quantizer of the network's input. The preprocessor of the first layer moves before it, so
   * that it sees what the layer saw.
   */
  Stage input() {
    String input = original.get(0).input();
    List<Stage> first = readers.of(input);
    InputPreProcessor preprocessor = first.size() == 1 ? first.get(0).preprocessor() : null;
    String name = freeName(input + "_quantizer");
    return new Stage(name, -1, new InputQuantizer(name), preprocessor, List.of(input));
  }

  /** Appends a layer with an output range of its own. */
  void quantizing(Prepared next) {
    Stage stage = next.stage();
    if (next.origins().isEmpty()) {
      ((QuantizingConf) stage.conf()).setIUpdater(updater(stage));
    }
    prepared.add(next);
    quantizers.put(stage.name(), stage.name());
  }

  /**
   * What trains the learned range of a layer that has no updater of its own: that of the nearest
   * layer before it that is trained, or none if all are held still; at the network's input that of
   * the first layer.
   */
  private IUpdater updater(Stage stage) {
    Stream<IUpdater> candidates =
        prepared.isEmpty()
            ? original.stream()
                .map(Stage::conf)
                .filter(BaseLayer.class::isInstance)
                .map(layer -> ((BaseLayer) layer).getIUpdater())
                .filter(Objects::nonNull)
                .limit(1)
            : stage.inputs().stream()
                .map(input -> quantizing(input).getUpdaterByParam(ActivationScheme.CLIP));
    return candidates.filter(updater -> !isStill(updater)).findFirst().orElseGet(() -> new Sgd(0));
  }

  /** Its rate is 0 all the time. NoOp holds nothing still: it subtracts the gradient as it is. */
  private static boolean isStill(IUpdater updater) {
    return updater.hasLearningRate()
        && IntStream.of(0, 1, 1000).allMatch(step -> updater.getLearningRate(step, step) == 0);
  }

  /** The layer whose output parameters a tensor of this network has. */
  private QuantizingConf quantizing(String tensor) {
    String name = quantizer(tensor);
    return prepared.stream()
        .map(Prepared::stage)
        .filter(stage -> stage.name().equals(name))
        .map(stage -> (QuantizingConf) stage.conf())
        .findFirst()
        .orElseThrow();
  }

  /** Appends a layer whose output has its input's codes, or that works behind the last code. */
  void passing(Stage source, Stage stage) {
    prepared.add(new Prepared(source, stage, List.of()));
    quantizers.put(stage.name(), quantizer(stage.input()));
  }

  /** Lets readers of an original tensor find another one in its place. */
  void replace(String originalTensor, String tensor) {
    renamed.put(originalTensor, tensor);
  }

  /** Lets what a layer absorbed be found under that layer's name. */
  void absorb(Stage stage, Chain behind) {
    behind.names().forEach(name -> replace(name, stage.name()));
    absorbed.addAll(behind.names());
  }

  boolean hasAbsorbed(Stage stage) {
    return absorbed.contains(stage.name());
  }

  /** Name of the layer whose output parameters a tensor of this network has. */
  String quantizer(String tensor) {
    return quantizers.get(tensor);
  }

  /** An original stage where it stands in this network. */
  Stage inPlaceOf(Stage stage) {
    return new Stage(
        stage.name(),
        stage.index(),
        stage.conf(),
        keptPreprocessor(stage),
        stage.inputs().stream().map(input -> renamed.getOrDefault(input, input)).toList());
  }

  /** The preprocessor of the first layer stands before the input quantizer. */
  private InputPreProcessor keptPreprocessor(Stage stage) {
    boolean moved = prepared.get(0).stage().preprocessor() == stage.preprocessor();
    return moved ? null : stage.preprocessor();
  }

  /** A name that no layer and no input of the original network has. */
  String freeName(String wanted) {
    return Graph.freeName(wanted, taken::contains);
  }
}
