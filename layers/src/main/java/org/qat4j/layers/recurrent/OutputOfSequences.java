package org.qat4j.layers.recurrent;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.RnnOutputLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.qat4j.kernels.Linear;
import org.qat4j.kernels.TrainingKernels;
import org.qat4j.layers.KernelUser;

/**
 * Runs an output layer of sequences: one product for all steps of all sequences, and the loss.
 *
 * <p>The score of a training step is the loss whose gradient was taken. Deeplearning4j's layer
 * computes all again for it, without the dropout of this layer.
 */
final class OutputOfSequences extends RnnOutputLayer implements KernelUser {
  private static final long serialVersionUID = 1L;
  private static final String WEIGHT = DefaultParamInitializer.WEIGHT_KEY;
  private static final String BIAS = DefaultParamInitializer.BIAS_KEY;

  private final transient TrainingKernels kernels;
  private final transient Linear linear;
  private final transient SoftmaxLoss softmax;
  private final transient RoundedWeights rounding;

  /** Loss of the last backward pass, summed over all; NaN once its input is gone. */
  private transient double loss = Double.NaN;

  OutputOfSequences(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    kernels = TrainingKernels.of(dataType);
    linear = kernels.dense();
    softmax =
        SoftmaxLoss.has(layerConf().getLossFn(), layerConf().getActivationFn())
            ? new SoftmaxLoss(layerConf().getLossFn(), kernels.softmax())
            : null;
    rounding =
        new RoundedWeights(
            ((WeightQuantizing) layerConf()).getQuantization(), layerConf().getNOut());
  }

  @Override
  public Map<String, String> kernelFamilies() {
    return kernels.chosen();
  }

  @Override
  public void setInput(INDArray input, LayerWorkspaceMgr workspace) {
    super.setInput(input, workspace);
    loss = Double.NaN;
  }

  @Override
  public void setLabels(INDArray labels) {
    super.setLabels(labels);
    loss = Double.NaN;
  }

  /** The input behind its dropout, {@code [time * batch, features]}. */
  private INDArray rows(boolean training, LayerWorkspaceMgr workspace) {
    requireSequences();
    INDArray rows =
        Sequences.rows(
            Sequences.inRowOrder(input, layerConf().getRnnDataFormat(), dataType, workspace));
    IDropout dropout = layerConf().getIDropout();
    if (!training || dropoutApplied || dropout == null) {
      return rows;
    }
    INDArray dropped = workspace.createUninitialized(ArrayType.INPUT, dataType, rows.shape(), 'c');
    dropout.applyDropout(rows, dropped, getIterationCount(), getEpochCount(), workspace);
    input = asLayersSee(dropped);
    dropoutApplied = true;
    return dropped;
  }

  private void requireSequences() {
    long features = layerConf().getNIn();
    if (input.rank() != 3
        || Sequences.timeFirst(input, layerConf().getRnnDataFormat()).size(2) != features) {
      throw new DL4JInvalidInputException(
          "output layer '"
              + layerConf().getLayerName()
              + "' takes sequences of "
              + features
              + " features, got "
              + Arrays.toString(input.shape()));
    }
  }

  private INDArray asLayersSee(INDArray rows) {
    long batch = input.size(0);
    return Sequences.asLayersSee(
        rows.reshape('c', rows.size(0) / batch, batch, rows.size(1)),
        layerConf().getRnnDataFormat());
  }

  private INDArray weight(boolean training, LayerWorkspaceMgr workspace) {
    INDArray weight = getParamWithNoise(WEIGHT, training, workspace);
    return rounding.rounds(getIterationCount())
        ? rounding.round(weight, getParam(SteppedParams.stepOf(WEIGHT)))
        : weight;
  }

  private INDArray logits(
      INDArray rows, INDArray weightRows, boolean training, LayerWorkspaceMgr workspace) {
    INDArray bias = hasBias() ? getParamWithNoise(BIAS, training, workspace) : null;
    return linear.forward(rows, weightRows, bias, workspace);
  }

  @Override
  protected INDArray preOutput2d(boolean training, LayerWorkspaceMgr workspace) {
    assertInputSet(false);
    // Only training keeps anything: in inference no workspace of inputs need be open.
    LayerWorkspaceMgr kept = training ? workspace : LayerWorkspaceMgr.noWorkspaces();
    INDArray weightRows = linear.rows(weight(training, kept));
    return logits(rows(training, kept), weightRows, training, kept);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    INDArray outputs =
        layerConf().getActivationFn().getActivation(preOutput2d(training, workspace), training);
    if (maskArray != null) {
      applyMask(outputs);
    }
    return asLayersSee(workspace.dup(ArrayType.ACTIVATIONS, outputs, 'c'));
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    requireLabels();
    INDArray rows = rows(true, workspace);
    INDArray weightRows = linear.rows(weight(true, workspace));
    INDArray logits = logits(rows, weightRows, true, workspace);
    INDArray delta = differentiate(logits, ArrayType.BP_WORKING_MEM, workspace);
    INDArray weightGradient = gradientViews.get(WEIGHT);
    INDArray biasGradient = gradientViews.get(BIAS);
    INDArray inputGradient =
        linear.backward(rows, weightRows, delta, weightGradient, biasGradient, workspace);
    Gradient gradient = new DefaultGradient();
    gradient.setGradientFor(WEIGHT, weightGradient);
    if (biasGradient != null) {
      gradient.setGradientFor(BIAS, biasGradient);
    }
    passBack(weightGradient, gradient);
    IDropout dropout = layerConf().getIDropout();
    if (dropout != null) {
      dropout.backprop(inputGradient, inputGradient, getIterationCount(), getEpochCount());
    }
    return new Pair<>(
        gradient, workspace.leverageTo(ArrayType.ACTIVATION_GRAD, asLayersSee(inputGradient)));
  }

  private void requireLabels() {
    if (labels == null || labels.rank() != 3) {
      throw new DL4JInvalidInputException(
          "output layer '"
              + layerConf().getLayerName()
              + "' needs labels [batch, classes, time], got "
              + (labels == null ? "none" : Arrays.toString(labels.shape())));
    }
    INDArray given = Sequences.timeFirst(labels, layerConf().getRnnDataFormat());
    INDArray steps = Sequences.timeFirst(input, layerConf().getRnnDataFormat());
    if (given.size(0) != steps.size(0) || given.size(1) != steps.size(1)) {
      throw new DL4JInvalidInputException(
          "output layer '"
              + layerConf().getLayerName()
              + "': labels "
              + Arrays.toString(labels.shape())
              + " for input "
              + Arrays.toString(input.shape())
              + "; batch and time must be equal");
    }
  }

  /** The gradient of the logits, which may be overwritten; remembers the loss. */
  private INDArray differentiate(INDArray logits, ArrayType memory, LayerWorkspaceMgr workspace) {
    int[] classes = softmax == null ? null : softmax.classes(ordered(labels), logits);
    if (classes != null && SoftmaxLoss.has(maskArray, logits)) {
      loss = softmax.differentiate(logits, classes, maskArray);
      return logits;
    }
    ILossFunction function = layerConf().getLossFn();
    INDArray rows = getLabels2d(workspace, memory);
    loss = function.computeScore(rows, logits, layerConf().getActivationFn(), maskArray, false);
    return function.computeGradient(rows, logits, layerConf().getActivationFn(), maskArray);
  }

  /** A view {@code [batch, classes, time]}. */
  private INDArray ordered(INDArray sequence) {
    return Sequences.timeFirst(sequence, layerConf().getRnnDataFormat()).permute(1, 2, 0);
  }

  private void passBack(INDArray weightGradient, Gradient gradient) {
    String step = SteppedParams.stepOf(WEIGHT);
    INDArray stepGradient = gradientViews.get(step);
    if (stepGradient != null) {
      stepGradient.assign(0);
      gradient.setGradientFor(step, stepGradient);
    }
    if (rounding.rounds(getIterationCount())) {
      INDArray weight = weightNoiseParams.getOrDefault(WEIGHT, getParam(WEIGHT));
      rounding.passBack(weight, getParam(step), weightGradient, stepGradient);
    }
  }

  @Override
  public double computeScore(double regularization, boolean training, LayerWorkspaceMgr workspace) {
    if (input == null || labels == null) {
      throw new IllegalStateException("there is no score without input and labels " + layerId());
    }
    if (!training || Double.isNaN(loss)) {
      requireLabels();
      // There is no workspace of backward passes where only the score is asked for.
      differentiate(preOutput2d(training, workspace), ArrayType.FF_WORKING_MEM, workspace);
    }
    double each = conf().isMiniBatch() ? loss / getInputMiniBatchSize() : loss;
    score = each + regularization;
    loss = Double.NaN;
    return score;
  }

  @Override
  public void allowInputModification(boolean allow) {
    // Never: what feeds this layer may have other readers.
  }
}
