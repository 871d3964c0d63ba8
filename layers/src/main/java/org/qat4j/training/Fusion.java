package org.qat4j.training;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.learning.config.IUpdater;
import org.qat4j.layers.Activations;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.MaxPooling;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.QuantizedActivation;
import org.qat4j.layers.QuantizedBlock;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.training.LayerSelector.Candidate;

/**
 * Turns the layers of a network into those of a prepared one: fuses convolution or dense layers
 * with the batch normalization and activation behind them, lets codes pass through pooling, and
 * refuses what could not be deployed.
 */
final class Fusion {
  private final List<Stage> original;
  private final Map<String, List<Stage>> consumers;
  private final QatConfig config;
  private final List<Prepared> prepared = new ArrayList<>();
  private final List<Candidate> quantized = new ArrayList<>();

  /** Name of the tensor that now stands for an original one. */
  private final Map<String, String> renamed = new LinkedHashMap<>();

  /** Name of the layer whose output parameters a tensor has. */
  private final Map<String, String> quantizers = new LinkedHashMap<>();

  private Fusion(List<Stage> original, QatConfig config) {
    this.original = original;
    this.config = config;
    this.consumers =
        original.stream()
            .flatMap(stage -> stage.inputs().stream().map(input -> Map.entry(input, stage)))
            .collect(
                Collectors.groupingBy(
                    Map.Entry::getKey,
                    Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
  }

  /**
   * @param original layers in execution order
   * @param networkInput name of the one input
   * @throws UnsupportedLayerException if a layer cannot be quantized
   */
  static List<Prepared> fuse(List<Stage> original, String networkInput, QatConfig config) {
    Fusion fusion = new Fusion(original, config);
    fusion.quantizeInput(networkInput);
    Set<String> absorbed = new HashSet<>();
    for (Stage stage : original) {
      if (!absorbed.contains(stage.name())) {
        absorbed.addAll(fusion.add(stage));
      }
    }
    fusion.requireEffectOfRules();
    return fusion.prepared;
  }

  private Quantization quantization(Stage stage, IActivation activation) {
    Candidate candidate = candidate(stage);
    return Supported.requireDeployable(stage, config.of(candidate), Activations.clip(activation));
  }

  private Candidate candidate(Stage stage) {
    List<Stage> weighted = original.stream().filter(Supported::hasWeights).toList();
    Candidate candidate =
        new Candidate(
            stage.name(), stage.layer().getClass(), weighted.indexOf(stage), weighted.size());
    quantized.add(candidate);
    return candidate;
  }

  /** A rule that matches nothing is a mistake in its pattern. */
  private void requireEffectOfRules() {
    for (QatConfig.Rule rule : config.rules()) {
      if (quantized.stream().noneMatch(rule.layers()::matches)) {
        throw new IllegalArgumentException(
            "no quantized layer matches the rule for "
                + rule.layers()
                + "; the quantized layers are "
                + quantized.stream().map(Candidate::name).toList());
      }
    }
  }

  /**
   * The preprocessor of the first layer moves before the quantizer, so that it sees what the layer
   * saw.
   */
  private void quantizeInput(String networkInput) {
    List<Stage> readers = consumers.getOrDefault(networkInput, List.of());
    InputPreProcessor preprocessor = readers.size() == 1 ? readers.get(0).preprocessor() : null;
    String name = freeName(networkInput + "_quantizer");
    emit(
        new Stage(
            name,
            -1,
            new InputQuantizer(
                name, config.ofEnd(new Candidate(name, InputQuantizer.class, -1, 0))),
            preprocessor,
            List.of(networkInput)),
        List.of());
    renamed.put(networkInput, name);
    quantizers.put(name, name);
  }

  /** Adds one layer and says which later ones it absorbed. */
  private List<String> add(Stage stage) {
    Layer layer = stage.layer();
    if (layer instanceof QuantizedMerge merge) {
      return addMerge(stage, merge);
    }
    if (stage.inputs().size() != 1) {
      throw new UnsupportedLayerException(
          stage, "has " + stage.inputs().size() + " inputs; expected 1");
    }
    if (layer.getClass() == OutputLayer.class) {
      return addOutput(stage);
    }
    if (layer instanceof FeedForwardLayer linear && Supported.isLinear(stage)) {
      return addBlock(stage, linear);
    }
    if (layer instanceof SubsamplingLayer pooling) {
      return addPooling(stage, pooling);
    }
    if (layer instanceof GlobalPoolingLayer pooling) {
      Supported.requireGlobalAverage(stage, pooling);
      return addQuantizing(
          stage,
          new QuantizedPooling(
              stage.name(), quantizer(stage), null, quantization(stage, new ActivationIdentity())));
    }
    if (layer instanceof ActivationLayer activation
        && Activations.isFusible(activation.getActivationFn())) {
      return addQuantizing(
          stage,
          new QuantizedActivation(
              stage.name(),
              quantizer(stage),
              activation.getActivationFn(),
              quantization(stage, activation.getActivationFn())));
    }
    Supported.requirePassThrough(stage);
    return addPassing(stage, layer);
  }

  /** A layer with an output range of its own. */
  private List<String> addQuantizing(Stage stage, Layer layer) {
    emit(withInput(stage, layer), List.of());
    quantizers.put(stage.name(), stage.name());
    return List.of();
  }

  /** A layer whose output has its input's codes. */
  private List<String> addPassing(Stage stage, Layer layer) {
    emit(withInput(stage, layer), List.of());
    quantizers.put(stage.name(), quantizer(stage));
    return List.of();
  }

  private List<String> addPooling(Stage stage, SubsamplingLayer pooling) {
    Supported.requireNchw(stage, pooling.getCnn2dDataFormat());
    return switch (pooling.getPoolingType()) {
      case MAX -> addPassing(stage, new MaxPooling(pooling));
      case AVG ->
          addQuantizing(
              stage,
              new QuantizedPooling(
                  stage.name(),
                  quantizer(stage),
                  pooling,
                  quantization(stage, new ActivationIdentity())));
      default ->
          throw new UnsupportedLayerException(
              stage, "pools by " + pooling.getPoolingType() + "; use MAX or AVG");
    };
  }

  /** A sum or concatenation; the activation behind a sum is fused. */
  private List<String> addMerge(Stage stage, QuantizedMerge merge) {
    List<Stage> chain = new ArrayList<>(List.of(stage));
    IActivation activation = new ActivationIdentity();
    if (merge.getKind() == QuantizedMerge.Kind.SUM) {
      Optional<IActivation> fused = fusibleActivation(stage);
      if (fused.isPresent()) {
        activation = fused.get();
        chain.add(consumers.get(stage.name()).get(0));
      }
    }
    List<String> inputs = stage.inputs().stream().map(this::renamed).toList();
    List<String> inputQuantizers = inputs.stream().map(quantizers::get).toList();
    Layer layer =
        new QuantizedMerge(
            stage.name(),
            merge.getKind(),
            inputQuantizers,
            activation,
            quantization(stage, activation));
    emit(new Stage(stage.name(), stage.index(), layer, null, inputs), List.of());
    return replace(stage, chain);
  }

  /**
   * Lets the last of a chain be found under the name of the first, and says which were absorbed.
   */
  private List<String> replace(Stage first, List<Stage> chain) {
    renamed.put(chain.get(chain.size() - 1).name(), first.name());
    quantizers.put(first.name(), first.name());
    return chain.stream().skip(1).map(Stage::name).toList();
  }

  /** The activation function of the layer behind, if it is the only reader and can be fused. */
  private Optional<IActivation> fusibleActivation(Stage stage) {
    return followed(stage, ActivationLayer.class)
        .map(next -> ((ActivationLayer) next.layer()).getActivationFn())
        .filter(Activations::isFusible);
  }

  private List<String> addBlock(Stage stage, FeedForwardLayer linear) {
    List<Stage> chain = new ArrayList<>(List.of(stage));
    IActivation activation = linear.getActivationFn();
    BatchNormalization norm = null;
    if (activation instanceof ActivationIdentity) {
      Optional<Stage> normStage = followed(stage, BatchNormalization.class);
      if (normStage.isPresent()) {
        norm = (BatchNormalization) normStage.get().layer();
        chain.add(normStage.get());
      }
      Stage last = chain.get(chain.size() - 1);
      Optional<IActivation> fused = fusibleActivation(last);
      if (fused.isPresent()) {
        activation = fused.get();
        chain.add(consumers.get(last.name()).get(0));
      }
    }
    if (!Activations.isFusible(activation)) {
      throw new UnsupportedLayerException(
          stage,
          "has activation '"
              + activation
              + "'; use identity, relu or relu6, or leave it to the output layer");
    }
    String name = stage.name();
    QuantizedBlock block =
        new QuantizedBlock(
            name, quantizer(stage), linear, norm, activation, quantization(stage, activation));
    emit(withInput(stage, block), chain.stream().map(Stage::name).toList());
    return replace(stage, chain);
  }

  /**
   * An output layer is a dense layer, whose logits are quantized, and a loss on their real values.
   */
  private List<String> addOutput(Stage stage) {
    OutputLayer output = (OutputLayer) stage.layer();
    Supported.requireDeployableOutput(stage, output.getActivationFn());
    String logits = freeName(stage.name() + "_logits");
    DenseLayer dense = dense(output);
    QuantizedBlock block =
        new QuantizedBlock(
            logits,
            quantizer(stage),
            dense,
            null,
            new ActivationIdentity(),
            config.ofEnd(candidate(stage)));
    emit(
        new Stage(logits, stage.index(), block, keptPreprocessor(stage), List.of(input(stage))),
        List.of(stage.name()));
    LossLayer loss =
        new LossLayer.Builder(output.getLossFn())
            .activation(output.getActivationFn())
            .name(stage.name())
            .build();
    copySettings(output, loss);
    loss.setNIn(output.getNOut());
    emit(new Stage(stage.name(), stage.index(), loss, null, List.of(logits)), List.of());
    return List.of();
  }

  private static DenseLayer dense(OutputLayer output) {
    DenseLayer dense = new DenseLayer.Builder().hasBias(output.hasBias()).build();
    copySettings(output, dense);
    dense.setActivationFn(new ActivationIdentity());
    dense.setConstraints(output.getConstraints());
    dense.setIDropout(output.getIDropout());
    return dense;
  }

  private static void copySettings(FeedForwardLayer from, FeedForwardLayer to) {
    to.setNIn(from.getNIn());
    to.setNOut(from.getNOut());
    to.setWeightInitFn(from.getWeightInitFn());
    to.setBiasInit(from.getBiasInit());
    to.setIUpdater(from.getIUpdater());
    to.setBiasUpdater(from.getBiasUpdater());
    to.setRegularization(from.getRegularization());
    to.setRegularizationBias(from.getRegularizationBias());
    to.setGradientNormalization(from.getGradientNormalization());
    to.setGradientNormalizationThreshold(from.getGradientNormalizationThreshold());
  }

  /** The only reader of a stage's output, if it is of that type and nothing reshapes between. */
  private Optional<Stage> followed(Stage stage, Class<?> type) {
    List<Stage> readers = consumers.getOrDefault(stage.name(), List.of());
    return readers.size() == 1
            && readers.get(0).layer().getClass() == type
            && readers.get(0).preprocessor() == null
        ? Optional.of(readers.get(0))
        : Optional.empty();
  }

  private Stage withInput(Stage stage, Layer layer) {
    return new Stage(
        stage.name(), stage.index(), layer, keptPreprocessor(stage), List.of(input(stage)));
  }

  private InputPreProcessor keptPreprocessor(Stage stage) {
    boolean moved = prepared.get(0).stage().preprocessor() == stage.preprocessor();
    return moved ? null : stage.preprocessor();
  }

  private String input(Stage stage) {
    return renamed(stage.inputs().get(0));
  }

  private String renamed(String tensor) {
    return renamed.getOrDefault(tensor, tensor);
  }

  private String quantizer(Stage stage) {
    return quantizers.get(input(stage));
  }

  private void emit(Stage stage, List<String> sources) {
    if (stage.layer() instanceof QuantizingConf quantizing && sources.isEmpty()) {
      updater().ifPresent(quantizing::setIUpdater);
    }
    prepared.add(new Prepared(stage, sources));
  }

  /** For the learned ranges of layers that have no updater of their own. */
  private Optional<IUpdater> updater() {
    return original.stream()
        .map(Stage::layer)
        .filter(BaseLayer.class::isInstance)
        .map(layer -> ((BaseLayer) layer).getIUpdater())
        .filter(Objects::nonNull)
        .findFirst();
  }

  private String freeName(String wish) {
    String name = wish;
    while (taken(name)) {
      name += "_";
    }
    return name;
  }

  private boolean taken(String name) {
    return original.stream().anyMatch(stage -> stage.name().equals(name));
  }
}
