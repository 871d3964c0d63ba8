package org.qat4j.layers;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.api.layers.LayerConstraint;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.qat4j.pruning.Pruning;
import org.qat4j.pruning.WeightMask;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightQuantizer;

/**
 * A convolution or dense layer fused with the batch normalization and activation that follow it,
 * with fake-quantized weights and output.
 *
 * <p>Parameters: those of the linear layer ({@code W}, {@code b}) and of batch normalization under
 * Deeplearning4j's own names, then {@code pruned} where weights are pruned, {@code weightStep}
 * where scales are learned, and {@code range}: the observed activation range.
 */
public final class QuantizedBlock extends QuantizingConf {
  private static final long serialVersionUID = 1L;

  private FeedForwardLayer linear;
  private BatchNormalization norm;
  private boolean inputGradient = true;
  private Pruning pruning = Pruning.NONE;

  /** For deserialization. */
  public QuantizedBlock() {}

  /**
   * @param name of the layer; other layers find its output parameters by it
   * @param inputQuantizer name of the quantizing layer that feeds it
   * @param linear a 2-D convolution, plain or depthwise, or a dense layer, without an activation of
   *     its own
   * @param norm batch normalization to fold, or null where there is none
   * @param activation a fusible one
   */
  public QuantizedBlock(
      String name,
      String inputQuantizer,
      FeedForwardLayer linear,
      BatchNormalization norm,
      IActivation activation) {
    super(name, List.of(inputQuantizer));
    this.linear = (FeedForwardLayer) linear.clone();
    this.norm = norm == null ? null : norm.clone();
    copySettings(linear);
    if (norm != null && !Objects.equals(norm.getIUpdater(), linear.getIUpdater())) {
      iUpdater = new BlockUpdater(linear.getIUpdater(), norm.getIUpdater());
    }
    iDropout = linear.getIDropout();
    activationFn = activation;
    constraints = constraints(linear, norm);
    weightNoise = linear.getWeightNoise();
  }

  /** Those of both layers; running estimates are not constrained. */
  private static List<LayerConstraint> constraints(
      FeedForwardLayer linear, BatchNormalization norm) {
    List<LayerConstraint> all = new ArrayList<>();
    for (Layer part : norm == null ? List.of(linear) : List.of(linear, norm)) {
      for (LayerConstraint each :
          Objects.requireNonNullElse(part.getConstraints(), List.<LayerConstraint>of())) {
        LayerConstraint constraint = each.clone();
        Set<String> keys = new HashSet<>(each.getParams());
        keys.removeIf(BlockParams::isStatistic);
        constraint.setParams(keys);
        all.add(constraint);
      }
    }
    return all.isEmpty() ? null : all;
  }

  @Override
  public void setWeightInitFn(IWeightInit weightInit) {
    super.setWeightInitFn(weightInit);
    if (linear != null) {
      linear.setWeightInitFn(weightInit);
    }
  }

  @Override
  public void setBiasInit(double biasInit) {
    super.setBiasInit(biasInit);
    if (linear != null) {
      linear.setBiasInit(biasInit);
    }
  }

  /** The convolution or dense layer inside: its geometry and weight initialization. */
  public FeedForwardLayer getLinear() {
    return linear;
  }

  public void setLinear(FeedForwardLayer linear) {
    this.linear = linear;
  }

  /** The folded batch normalization, or null. */
  public BatchNormalization getNorm() {
    return norm;
  }

  public void setNorm(BatchNormalization norm) {
    this.norm = norm;
  }

  /**
   * Whether training computes the gradient of this block's input; if not, an array of length 1
   * stands for it.
   */
  public boolean isInputGradient() {
    return inputGradient;
  }

  public void setInputGradient(boolean inputGradient) {
    this.inputGradient = inputGradient;
  }

  /** Which of its weights are held at zero. */
  public Pruning getPruning() {
    return pruning;
  }

  public void setPruning(Pruning pruning) {
    this.pruning = pruning;
  }

  /** Whether the linear part is a convolution; else it is dense. */
  boolean convolves() {
    return linear instanceof ConvolutionLayer;
  }

  @Override
  public QuantizedBlock clone() {
    QuantizedBlock clone = (QuantizedBlock) super.clone();
    clone.linear = (FeedForwardLayer) linear.clone();
    clone.norm = norm == null ? null : norm.clone();
    return clone;
  }

  @Override
  QuantizingLayer<?> createLayer(NeuralNetConfiguration conf, DataType dataType) {
    return new QuantizedBlockLayer(conf, dataType);
  }

  @Override
  List<Layer> parts() {
    return norm == null ? List.of(linear) : List.of(linear, norm);
  }

  @Override
  Map<String, Integer> ownParams() {
    Map<String, Integer> own = new LinkedHashMap<>();
    if (!pruning.isNone()) {
      own.put(WeightMask.KEY, weightCount());
    }
    int steps = WeightQuantizer.learned(getQuantization().weights(), linear.getNOut());
    if (steps > 0) {
      own.put(WeightQuantizer.STEP, steps);
    }
    own.putAll(super.ownParams());
    return own;
  }

  private int weightCount() {
    ParamInitializer parameters = linear.initializer();
    long biases = parameters.biasKeys(linear).isEmpty() ? 0 : linear.getNOut();
    return Math.toIntExact(parameters.numParams(linear) - biases);
  }

  /** Channels or features that one output is computed from. */
  public long inputChannels() {
    return weightCount() / linear.getNOut() / window();
  }

  /** Places of the kernel; 1 for a dense layer. */
  int window() {
    return linear instanceof ConvolutionLayer convolution
        ? Arrays.stream(convolution.getKernelSize()).reduce(1, Math::multiplyExact)
        : 1;
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return linear.getOutputType(layerIndex, inputType);
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    linear.setNIn(inputType, override);
    nIn = linear.getNIn();
  }

  @Override
  public void setNOut(long nOut) {
    super.setNOut(nOut);
    if (linear != null) {
      linear.setNOut(nOut);
    }
    if (norm != null) {
      norm.setNIn(nOut);
      norm.setNOut(nOut);
    }
  }

  @Override
  public void setNIn(long nIn) {
    super.setNIn(nIn);
    if (linear != null) {
      linear.setNIn(nIn);
    }
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return linear.getPreProcessorForInputType(inputType);
  }

  /**
   * The updater of batch normalization where it has its own; the block's for all else that is
   * trained.
   */
  @Override
  public IUpdater getUpdaterByParam(String parameter) {
    if (BlockParams.isStatistic(parameter)) {
      return new NoOp();
    }
    IUpdater updater = super.getUpdaterByParam(parameter);
    if (!(updater instanceof BlockUpdater parts)) {
      return updater;
    }
    return BlockParams.isNorm(norm, parameter) ? parts.norm() : parts.linear();
  }

  @Override
  public List<Regularization> getRegularizationByParam(String parameter) {
    // PACT decays its clip with the weights (Choi et al. 2018, sec. 3.2).
    return BlockParams.isStatistic(parameter)
        ? null
        : parameter.equals(ActivationScheme.CLIP)
            ? regularization
            : super.getRegularizationByParam(parameter);
  }
}
