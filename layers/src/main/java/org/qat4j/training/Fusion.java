package org.qat4j.training;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.qat4j.graph.Clip;
import org.qat4j.layers.Activations;
import org.qat4j.layers.DropoutOnCopy;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.MaxPooling;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.QuantizedActivation;
import org.qat4j.layers.QuantizedBlock;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.layers.QuantizedNormalization;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.LayerSelector.Candidate;

/**
 * Turns the layers of a network into those of a prepared one: fuses convolution or dense layers
 * with the batch normalization and activation behind them, lets codes pass through pooling, and
 * refuses what could not be deployed.
 */
final class Fusion {
  private final Readers readers;
  private final Draft draft;
  private final QatConfig config;
  private final List<String> weighted;
  private final Set<Candidate> quantized = new LinkedHashSet<>();

  /** Name of the input quantizer if only one layer reads it and nobody needs its gradient. */
  private String inputOfFirst = "";

  private Fusion(List<Stage> original, QatConfig config) {
    this.readers = new Readers(original);
    this.draft = new Draft(original);
    this.config = config;
    this.weighted = original.stream().filter(Supported::hasWeights).map(Stage::name).toList();
  }

  /**
   * @param original layers in execution order
   * @throws UnsupportedLayerException if a layer cannot be quantized
   */
  static List<Prepared> fuse(List<Stage> original, QatConfig config) {
    Objects.requireNonNull(config, "config");
    if (original.stream()
        .map(Stage::thawed)
        .map(Stage::layer)
        .anyMatch(InputQuantizer.class::isInstance)) {
      throw new IllegalArgumentException(
          "this network is prepared already: prepare its original, which Qat.restore gives back");
    }
    Widths.requireMergeable(original);
    Fusion fusion = new Fusion(original, config);
    fusion.quantizeInput(original.get(0).input());
    Set<String> absorbed = new HashSet<>();
    for (Stage stage : original) {
      if (!absorbed.contains(stage.name())) {
        absorbed.addAll(fusion.add(stage));
      }
    }
    fusion.requireEffectOfRules();
    return fusion.draft.prepared();
  }

  /**
   * What the configuration says of a layer.
   *
   * @param fused the activation function that its codes are behind
   */
  private Quantization quantization(Stage stage, IActivation fused) {
    Quantization quantization = config.of(candidate(stage.name(), stage.layer().getClass()));
    return Supported.requireDeployable(stage, quantization, Activations.clip(fused));
  }

  /** What the configuration says of a layer with weights, and checks that it can be deployed. */
  private Quantization quantization(Stage stage, FeedForwardLayer linear, IActivation fused) {
    Quantization quantization = quantization(stage, fused);
    requireDeployableWeights(stage, linear, quantization);
    return quantization;
  }

  private void requireDeployableWeights(
      Stage stage, FeedForwardLayer linear, Quantization quantization) {
    Supported.requireDeployableWeights(
        stage, linear, quantization.weights(), draft.quantizing(stage.input()));
  }

  private Candidate candidate(String name, Class<?> type) {
    Candidate candidate = new Candidate(name, type, weighted.indexOf(name), weighted.size());
    quantized.add(candidate);
    return candidate;
  }

  /** A rule that changes nothing is a mistake in its pattern. */
  private void requireEffectOfRules() {
    for (QatConfig.Rule rule : config.rules()) {
      boolean exempts = rule.weights().filter(WeightScheme::isReal).isPresent();
      List<Candidate> possible =
          quantized.stream().filter(layer -> !exempts || canBeExempt(layer)).toList();
      if (possible.stream().noneMatch(rule.layers()::matches)) {
        throw new IllegalArgumentException(
            (exempts
                    ? "no layer with weights matches the exemption of "
                    : "no quantized layer matches the rule for ")
                + rule.layers()
                + "; the "
                + (exempts ? "layers with weights" : "quantized layers")
                + " are "
                + possible.stream().map(Candidate::name).toList());
      }
    }
  }

  private static boolean canBeExempt(Candidate layer) {
    return layer.weighted() >= 0 || layer.type() == BatchNormalization.class;
  }

  /**
   * The preprocessor of the first layer moves before the quantizer, so that it sees what the layer
   * saw.
   */
  private void quantizeInput(String networkInput) {
    List<Stage> first = readers.of(networkInput);
    InputPreProcessor preprocessor = first.size() == 1 ? first.get(0).preprocessor() : null;
    String name = draft.freeName(networkInput + "_quantizer");
    Quantization quantization = config.ofEnd(candidate(name, InputQuantizer.class));
    Layer quantizer = new InputQuantizer(name, quantization);
    Stage stage = new Stage(name, -1, quantizer, preprocessor, List.of(networkInput));
    Supported.requireDeployable(stage, quantization, Clip.NONE);
    draft.quantizing(stage);
    draft.replace(networkInput, name);
    boolean learned = quantization.activations().isLearned();
    if (!config.inputGradient() && !learned && preprocessor == null && first.size() == 1) {
      inputOfFirst = name;
    }
  }

  /** Whether training has a use for the gradient of a block's input. */
  private boolean needsInputGradient(Stage stage, FeedForwardLayer linear) {
    return !stage.input().equals(inputOfFirst)
        || stage.preprocessor() != null
        || linear.getIDropout() != null;
  }

  /** Adds one layer and says which later ones it absorbed. */
  private List<String> add(Stage stage) {
    if (stage.layer() instanceof QuantizedMerge merge) {
      return addMerge(stage, merge);
    }
    if (stage.inputs().size() != 1) {
      throw new UnsupportedLayerException(
          stage, "has " + stage.inputs().size() + " inputs; expected 1");
    }
    Stage here = draft.inPlaceOf(stage);
    Supported.requirePreprocessor(here);
    return stage.layer() instanceof FeedForwardLayer layer
        ? addTrained(here, layer)
        : addUntrained(here);
  }

  /**
   * A layer with parameters.
   *
   * @param stage as it stands in the prepared network
   */
  private List<String> addTrained(Stage stage, FeedForwardLayer layer) {
    if (layer.getClass() == OutputLayer.class) {
      return addOutput(stage, (OutputLayer) layer);
    }
    if (layer.getClass() == BatchNormalization.class) {
      return addNormalization(stage, (BatchNormalization) layer);
    }
    if (layer.getClass() == SeparableConvolution2D.class) {
      return addSeparable(stage, (SeparableConvolution2D) layer);
    }
    return Supported.isLinear(stage) ? addBlock(stage, layer, Origin.of(stage)) : addPassing(stage);
  }

  /** A layer without parameters, as it stands in the prepared network. */
  private List<String> addUntrained(Stage stage) {
    if (stage.layer() instanceof SubsamplingLayer pooling) {
      return addPooling(stage, pooling);
    }
    if (stage.layer() instanceof GlobalPoolingLayer pooling) {
      Supported.requireGlobalAverage(stage, pooling);
      return addAverage(stage, null);
    }
    if (stage.layer() instanceof ActivationLayer activation) {
      IActivation function = activation.getActivationFn();
      addActivation(stage, function, quantization(stage, Activations.clampOf(function)));
      return List.of();
    }
    return addPassing(stage);
  }

  private List<String> addPassing(Stage stage) {
    Supported.requirePassThrough(stage);
    draft.passing(
        stage.layer() instanceof DropoutLayer dropout
            ? stage.with(new DropoutOnCopy(dropout))
            : stage);
    return List.of();
  }

  private List<String> addPooling(Stage stage, SubsamplingLayer pooling) {
    Supported.requireNchw(stage, pooling.getCnn2dDataFormat());
    return switch (pooling.getPoolingType()) {
      case MAX -> {
        draft.passing(stage.with(new MaxPooling(pooling)));
        yield List.of();
      }
      case AVG -> addAverage(stage, pooling);
      default ->
          throw new UnsupportedLayerException(
              stage, "pools by " + pooling.getPoolingType() + "; use MAX or AVG");
    };
  }

  private List<String> addAverage(Stage stage, SubsamplingLayer window) {
    String quantizer = draft.quantizer(stage.input());
    draft.quantizing(
        stage.with(
            new QuantizedPooling(
                stage.name(), quantizer, window, quantization(stage, new ActivationIdentity()))));
    return List.of();
  }

  private void addActivation(Stage stage, IActivation function, Quantization quantization) {
    Supported.requireActivation(stage, function);
    String quantizer = draft.quantizer(stage.input());
    draft.quantizing(
        stage.with(new QuantizedActivation(stage.name(), quantizer, function, quantization)));
  }

  /** A sum or concatenation; the activation behind a sum is fused. */
  private List<String> addMerge(Stage stage, QuantizedMerge merge) {
    boolean sums = merge.getKind() == QuantizedMerge.Kind.SUM;
    Chain behind = sums ? readers.activationBehind(stage) : Chain.NONE;
    List<String> inputs = stage.inputs().stream().map(draft::tensor).toList();
    IActivation fused = behind.function().orElseGet(ActivationIdentity::new);
    Layer layer =
        new QuantizedMerge(
            stage.name(),
            merge.getKind(),
            inputs.stream().map(draft::quantizer).toList(),
            fused,
            quantization(stage, fused));
    draft.quantizing(new Stage(stage.name(), stage.index(), layer, null, inputs));
    return absorb(stage, behind);
  }

  /** Lets what was absorbed be found under the name of what absorbed it. */
  private List<String> absorb(Stage stage, Chain behind) {
    List<String> names = behind.stages().stream().map(Stage::name).toList();
    names.forEach(name -> draft.replace(name, stage.name()));
    return names;
  }

  /** A batch normalization that nothing absorbed, with the activation behind it. */
  private List<String> addNormalization(Stage stage, BatchNormalization norm) {
    Supported.requireNchw(stage, norm.getCnn2DFormat());
    Chain behind = readers.activationBehind(stage);
    IActivation fused = behind.function().orElseGet(ActivationIdentity::new);
    Layer layer =
        new QuantizedNormalization(
            stage.name(), draft.quantizer(stage.input()), norm, fused, quantization(stage, fused));
    draft.quantizing(stage.with(layer), Origin.of(stage));
    return absorb(stage, behind);
  }

  /**
   * A convolution or dense layer with what can be fused behind it. Its own activation function
   * becomes a layer where it is no clamp.
   */
  private List<String> addBlock(Stage stage, FeedForwardLayer linear, Origin origin) {
    IActivation own = linear.getActivationFn();
    Supported.requireActivation(stage, own);
    boolean fusible = Activations.isFusible(own);
    Chain behind = own instanceof ActivationIdentity ? readers.chainBehind(stage) : Chain.NONE;
    IActivation fused = behind.function().orElse(Activations.clampOf(own));
    QuantizedBlock block =
        new QuantizedBlock(
            stage.name(),
            draft.quantizer(stage.input()),
            linear,
            behind.norm().map(norm -> (BatchNormalization) norm.layer()).orElse(null),
            fused,
            quantization(stage, linear, fused));
    block.setInputGradient(needsInputGradient(stage, linear));
    List<Origin> origins = new ArrayList<>(List.of(origin));
    behind.norm().map(Origin::of).ifPresent(origins::add);
    draft.quantizing(stage.with(block), origins.toArray(Origin[]::new));
    if (!fusible) {
      Stage activation =
          new Stage(
              draft.freeName(stage.name() + "_activation"),
              stage.index(),
              linear,
              null,
              List.of(stage.name()));
      addActivation(activation, own, block.getQuantization());
      draft.replace(stage.name(), activation.name());
    }
    return absorb(stage, behind);
  }

  /** A separable convolution is a depthwise one, whose result has codes, and a pointwise one. */
  private List<String> addSeparable(Stage stage, SeparableConvolution2D separable) {
    Supported.requireSeparable(stage, separable);
    String name = draft.freeName(stage.name() + "_depthwise");
    FeedForwardLayer linear = Splits.depthwise(separable);
    QuantizedBlock depthwise =
        new QuantizedBlock(
            name,
            draft.quantizer(stage.input()),
            linear,
            null,
            new ActivationIdentity(),
            quantization(stage, linear, new ActivationIdentity()));
    draft.quantizing(
        new Stage(name, stage.index(), depthwise, stage.preprocessor(), stage.inputs()),
        Splits.depthwiseOrigin(stage));
    Stage rest = new Stage(stage.name(), stage.index(), separable, null, List.of(name));
    return addBlock(rest, Splits.pointwise(separable), Splits.pointwiseOrigin(stage));
  }

  /**
   * An output layer is a dense layer, whose logits are quantized, and a loss on their real values.
   */
  private List<String> addOutput(Stage stage, OutputLayer output) {
    Supported.requireDeployableOutput(stage, output.getActivationFn());
    String logits = draft.freeName(stage.name() + "_logits");
    FeedForwardLayer linear = Splits.dense(output);
    Quantization quantization = config.ofEnd(candidate(stage.name(), OutputLayer.class));
    Supported.requireDeployable(stage, quantization, Clip.NONE);
    requireDeployableWeights(stage, linear, quantization);
    QuantizedBlock block =
        new QuantizedBlock(
            logits,
            draft.quantizer(stage.input()),
            linear,
            null,
            new ActivationIdentity(),
            quantization);
    draft.quantizing(
        new Stage(logits, stage.index(), block, stage.preprocessor(), stage.inputs()),
        Origin.of(stage));
    Layer loss = Splits.loss(output, stage.name());
    draft.passing(new Stage(stage.name(), stage.index(), loss, null, List.of(logits)));
    return List.of();
  }
}
