package org.qat4j.training;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.qat4j.layers.Activations;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.QuantizedBlock;

/**
 * Turns the layers of a network into those of a prepared one: fuses convolution or dense layers
 * with the batch normalization and activation behind them, lets codes pass through pooling, and
 * refuses what could not be deployed.
 */
final class Fusion {
  private final List<Stage> original;
  private final Map<String, List<Stage>> consumers;
  private final Quantization quantization;
  private final List<Prepared> prepared = new ArrayList<>();

  /** Name of the tensor that now stands for an original one. */
  private final Map<String, String> renamed = new LinkedHashMap<>();

  /** Name of the layer whose output parameters a tensor has. */
  private final Map<String, String> quantizers = new LinkedHashMap<>();

  private Fusion(List<Stage> original, Quantization quantization) {
    this.original = original;
    this.quantization = quantization;
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
  static List<Prepared> fuse(List<Stage> original, String networkInput, Quantization quantization) {
    Fusion fusion = new Fusion(original, quantization);
    fusion.quantizeInput(networkInput);
    Set<String> absorbed = new HashSet<>();
    for (Stage stage : original) {
      if (!absorbed.contains(stage.name())) {
        absorbed.addAll(fusion.add(stage));
      }
    }
    return fusion.prepared;
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
            name, -1, new InputQuantizer(name, quantization), preprocessor, List.of(networkInput)),
        List.of());
    renamed.put(networkInput, name);
    quantizers.put(name, name);
  }

  /** Adds one layer and says which later ones it absorbed. */
  private List<String> add(Stage stage) {
    if (stage.inputs().size() != 1) {
      throw new UnsupportedLayerException(
          stage, "has " + stage.inputs().size() + " inputs; expected 1");
    }
    if (stage.layer().getClass() == OutputLayer.class) {
      return addOutput(stage);
    }
    if (stage.layer() instanceof FeedForwardLayer linear && isLinear(stage)) {
      return addBlock(stage, linear);
    }
    requirePassThrough(stage);
    emit(withInput(stage, stage.layer()), List.of(stage.name()));
    quantizers.put(stage.name(), quantizers.get(input(stage)));
    return List.of();
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
      Optional<Stage> activationStage =
          followed(chain.get(chain.size() - 1), ActivationLayer.class);
      if (activationStage.isPresent()
          && Activations.isFusible(
              ((ActivationLayer) activationStage.get().layer()).getActivationFn())) {
        activation = ((ActivationLayer) activationStage.get().layer()).getActivationFn();
        chain.add(activationStage.get());
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
        new QuantizedBlock(name, quantizer(stage), linear, norm, activation, quantization);
    emit(withInput(stage, block), chain.stream().map(Stage::name).toList());
    String last = chain.get(chain.size() - 1).name();
    renamed.put(last, name);
    quantizers.put(name, name);
    return chain.stream().skip(1).map(Stage::name).toList();
  }

  /**
   * An output layer is a dense layer, whose logits are quantized, and a loss on their real values.
   */
  private List<String> addOutput(Stage stage) {
    OutputLayer output = (OutputLayer) stage.layer();
    requireDeployableOutput(stage, output.getActivationFn());
    String logits = freeName(stage.name() + "_logits");
    DenseLayer dense = dense(output);
    QuantizedBlock block =
        new QuantizedBlock(
            logits, quantizer(stage), dense, null, new ActivationIdentity(), quantization);
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

  private static boolean isLinear(Stage stage) {
    if (stage.layer().getClass() == DenseLayer.class) {
      if (((DenseLayer) stage.layer()).hasLayerNorm()) {
        throw new UnsupportedLayerException(
            stage, "uses layer normalization, which cannot be folded; remove it");
      }
      return true;
    }
    if (stage.layer().getClass() != ConvolutionLayer.class) {
      return false;
    }
    ConvolutionLayer convolution = (ConvolutionLayer) stage.layer();
    if (convolution.getCnn2dDataFormat() != CNN2DFormat.NCHW) {
      throw new UnsupportedLayerException(
          stage, "has data format NHWC; build the network with NCHW");
    }
    if (convolution.getConvolutionMode() == ConvolutionMode.Causal) {
      throw new UnsupportedLayerException(stage, "has causal padding, which is for sequences");
    }
    return true;
  }

  /** Layers that hand codes on unchanged or, like a loss, come after the last code. */
  private static void requirePassThrough(Stage stage) {
    if (stage.layer() instanceof SubsamplingLayer pooling) {
      if (pooling.getPoolingType() != PoolingType.MAX) {
        throw new UnsupportedLayerException(
            stage, "pools by " + pooling.getPoolingType() + "; only MAX passes codes through");
      }
    } else if (stage.layer() instanceof LossLayer loss) {
      requireDeployableOutput(stage, loss.getActivationFn());
    } else if (!(stage.layer() instanceof DropoutLayer)) {
      throw new UnsupportedLayerException(stage, "has no integer form");
    }
  }

  private static void requireDeployableOutput(Stage stage, IActivation activation) {
    if (!(activation instanceof ActivationSoftmax || activation instanceof ActivationIdentity)) {
      throw new UnsupportedLayerException(
          stage, "has output activation '" + activation + "'; use softmax or identity");
    }
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
    String input = stage.inputs().get(0);
    return renamed.getOrDefault(input, input);
  }

  private String quantizer(Stage stage) {
    return quantizers.get(input(stage));
  }

  private void emit(Stage stage, List<String> sources) {
    prepared.add(new Prepared(stage, sources));
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
