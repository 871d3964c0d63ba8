package org.qat4j.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.kernels.Geometry;
import org.qat4j.kernels.Linear;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.TensorStatistics;
import org.qat4j.pruning.Pruning;
import org.qat4j.pruning.WeightMask;
import org.qat4j.quantizers.WeightCodes;
import org.qat4j.quantizers.WeightQuantizer;
import org.qat4j.quantizers.WeightQuantizer.Rounded;

/**
 * Runs a {@link QuantizedBlock}: one pass forward and one backward through linear part,
 * normalization and activation.
 */
final class QuantizedBlockLayer extends QuantizingLayer<QuantizedBlock> implements LinearBlock {
  private static final long serialVersionUID = 1L;
  private static final String WEIGHT = ConvolutionParamInitializer.WEIGHT_KEY;
  private static final String BIAS = ConvolutionParamInitializer.BIAS_KEY;

  private final transient Linear linear;
  private final transient Clip clip;
  private final transient WeightQuantizer weights;
  private transient BatchNorm norm;
  private transient WeightMask mask;
  private transient INDArray realRows;
  private transient INDArray trainedRows;

  QuantizedBlockLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    linear =
        layerConf().convolves()
            ? kernels().convolution((ConvolutionLayer) layerConf().getLinear())
            : kernels().dense();
    clip = Activations.clip(layerConf().getActivationFn());
    weights = quantization().weights().quantizer();
  }

  @Override
  public void setParamTable(Map<String, INDArray> table) {
    super.setParamTable(table);
    norm =
        layerConf().getNorm() == null
            ? null
            : new BatchNorm(layerConf().getNorm(), table, kernels());
    INDArray pruned = table.get(WeightMask.KEY);
    if (pruned != null) {
      INDArray rows = linear.rows(table.get(WEIGHT));
      mask = new WeightMask(name(), rows, pruned, layerConf().window());
      clearPruned();
    }
  }

  private void clearPruned() {
    if (mask != null) {
      mask.clear();
    }
  }

  /** Noise is added to weights that are there, not to those that were removed. */
  private void clearNoise(INDArray rows) {
    if (mask != null && layerConf().getWeightNoise() != null) {
      mask.apply(rows);
    }
  }

  /** After each update, which momentum and what other workers share bring to removed weights. */
  @Override
  public void applyConstraints(int iteration, int epoch) {
    super.applyConstraints(iteration, epoch);
    clearPruned();
  }

  @Override
  public void startPruning() {
    if (mask != null) {
      mask.adoptZeros();
      prune(0, network().blocks());
      clearPruned();
    }
  }

  /** Prunes all layers that are pruned like this one, the first time that an iteration asks. */
  private void prune(int iteration, Stream<QuantizedBlockLayer> layers) {
    Pruning pruning = layerConf().getPruning();
    if (pruning.isDue(iteration) && network().startsPruning(pruning, iteration)) {
      pruning.remove(
          layers
              .filter(layer -> layer.layerConf().getPruning().equals(pruning))
              .map(layer -> layer.mask)
              .toList(),
          iteration);
    }
  }

  @Override
  Clip activation() {
    return clip;
  }

  @Override
  void requireShapes(INDArray[] inputs) {
    long nIn = layerConf().getLinear().getNIn();
    if (layerConf().convolves()) {
      InputShape.requireImages(this, inputs[0], nIn);
    } else {
      InputShape.requireFeatures(this, inputs[0], nIn);
    }
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    if (training) {
      clearPruned();
    }
    INDArray rows = linear.rows(getParamWithNoise(WEIGHT, training, workspace));
    double[] biasErrors = null;
    if (training) {
      clearNoise(rows);
      requireFinite(WEIGHT); // Codes would hide NaN.
      realRows = rows;
      if (quantizing() && !quantization().weights().isReal()) {
        // A copy: only the backward pass gives the parameter its first values.
        INDArray step = getParam(WeightQuantizer.STEP);
        Rounded rounded = weights.fakeQuantize(rows, step == null ? null : step.dup());
        rows = rounded.rows();
        biasErrors = biasErrors(rounded);
      }
      trainedRows = workspace.leverageTo(ArrayType.INPUT, rows);
      rows = trainedRows;
    }
    INDArray bias = hasBias() ? getParamWithNoise(BIAS, training, workspace) : null;
    if (norm == null) {
      boolean rounds = bias != null && biasErrors != null;
      INDArray added = rounds ? BatchNorm.shifted(bias, biasErrors) : bias;
      return linear.forward(inputs[0], rows, added, workspace);
    }
    INDArray z = linear.forward(inputs[0], rows, bias, workspace);
    return norm.forward(z, !training || statisticsFrozen(), biasErrors, workspace);
  }

  /** What deployment's rounding adds to the bias of each channel; null while nothing is known. */
  private double[] biasErrors(Rounded rounded) {
    if ((norm != null && !statisticsFrozen()) || !hasInputParams(0)) {
      return null;
    }
    double[] factor = factor();
    return Folding.biasErrors(
        rounded.channelScales(), factor, bias(factor), inputParams(0).scale());
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    INDArray delta =
        norm == null ? epsilon : norm.backward(epsilon, gradientViews, gradient, workspace);
    INDArray weightGradient = gradientViews.get(WEIGHT);
    INDArray biasGradient = gradientViews.get(BIAS);
    INDArray inputGradient;
    if (layerConf().isInputGradient()) {
      inputGradient =
          linear.backward(inputs[0], trainedRows, delta, weightGradient, biasGradient, workspace);
    } else {
      linear.backwardWeights(
          inputs[0], trainedRows, delta, weightGradient, biasGradient, workspace);
      inputGradient = leftOut(workspace);
    }
    passBackWeights(linear.rows(weightGradient), gradient);
    if (mask != null) {
      mask.apply(linear.rows(weightGradient));
      // Those that are frozen infer, so they have nothing to pass back and keep their weights.
      prune(getIterationCount() + 1, network().blocks().filter(layer -> layer.trainedRows != null));
    }
    gradient.setGradientFor(WEIGHT, weightGradient);
    if (biasGradient != null) {
      gradient.setGradientFor(BIAS, biasGradient);
    }
    trainedRows = null;
    realRows = null;
    weightNoiseParams.clear();
    return new INDArray[] {inputGradient};
  }

  /** From the gradient of the fake-quantized weights to that of the real ones, in place. */
  private void passBackWeights(INDArray rows, Gradient gradient) {
    INDArray stepGradient = gradientViews.get(WeightQuantizer.STEP);
    if (quantizing()) {
      weights.backward(realRows, getParam(WeightQuantizer.STEP), rows, stepGradient);
    } else if (stepGradient != null) {
      stepGradient.assign(0);
    }
    if (stepGradient != null) {
      gradient.setGradientFor(WeightQuantizer.STEP, stepGradient);
    }
  }

  @Override
  public void calibrate(TensorStatistics seen, RangeObserver joining) {
    super.calibrate(seen, joining);
    weights.calibrateSteps(linear.rows(getParam(WEIGHT)), getParam(WeightQuantizer.STEP));
  }

  @Override
  public boolean hasBias() {
    return getParam(BIAS) != null;
  }

  /** An exempt layer is a float island: codes to real numbers, float32 arithmetic, and back. */
  @Override
  public String appendTo(Graph.Builder graph, List<String> inputs) {
    if (!quantization().weights().isReal()) {
      return super.appendTo(graph, inputs);
    }
    Op operation = realOp(graph.tensor(inputs.get(0)).shape());
    return FloatIsland.append(graph, name(), inputs.get(0), operation, clip, outputParams());
  }

  private Op realOp(Shape input) {
    double[] factor = factor();
    double[] bias = bias(factor);
    float[] rows = linear.rows(getParam(WEIGHT)).castTo(DataType.FLOAT).dup('c').data().asFloat();
    float[] folded = new float[rows.length];
    for (int i = 0; i < rows.length; i++) {
      folded[i] = (float) (rows[i] * factor[i / (rows.length / bias.length)]);
    }
    return layerConf().convolves()
        ? new LinearOp.Conv(
            Geometry.of((ConvolutionLayer) layerConf().getLinear(), input),
            Geometry.groups((ConvolutionLayer) layerConf().getLinear()),
            new Reals(folded),
            FloatIsland.reals(bias),
            Clip.NONE)
        : new LinearOp.Dense(new Reals(folded), FloatIsland.reals(bias), Clip.NONE);
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    Folding folded = fold();
    return layerConf().convolves()
        ? new LinearOp.Conv(
            Geometry.of((ConvolutionLayer) layerConf().getLinear(), inputs[0]),
            Geometry.groups((ConvolutionLayer) layerConf().getLinear()),
            folded.weights(),
            folded.bias(),
            clip)
        : new LinearOp.Dense(folded.weights(), folded.bias(), clip);
  }

  private Folding fold() {
    double[] factor = factor();
    return Folding.of(codes(), factor, bias(factor), inputParams(0).scale());
  }

  @Override
  public double[] factor() {
    if (norm != null) {
      return norm.factor();
    }
    double[] ones = new double[Math.toIntExact(layerConf().getNOut())];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** The bias of each channel behind batch norm. */
  private double[] bias(double[] factor) {
    double[] bias = norm == null ? new double[factor.length] : norm.shift();
    if (hasBias()) {
      double[] own = BatchNorm.doubles(getParam(BIAS));
      for (int o = 0; o < bias.length; o++) {
        bias[o] += factor[o] * own[o];
      }
    }
    return bias;
  }

  @Override
  public double[] bias() {
    return bias(factor());
  }

  @Override
  public Clip clip() {
    return clip;
  }

  @Override
  public boolean quantizesWeights() {
    return !quantization().weights().isReal();
  }

  @Override
  public double[][] weights() {
    return linear.rows(getParam(WEIGHT)).castTo(DataType.DOUBLE).toDoubleMatrix();
  }

  @Override
  public void setWeights(double[][] rows) {
    linear.rows(getParam(WEIGHT)).assign(Nd4j.createFromArray(rows).castTo(dataType));
  }

  @Override
  public WeightCodes codes() {
    return weights.deploy(linear.rows(getParam(WEIGHT)), getParam(WeightQuantizer.STEP));
  }

  @Override
  public void startScales() {
    INDArray step = getParam(WeightQuantizer.STEP);
    if (step != null) {
      weights.fakeQuantize(linear.rows(getParam(WEIGHT)), step);
    }
  }

  @Override
  public boolean keepsCodes() {
    return quantization().weights().keepsCodes();
  }

  @Override
  public boolean isShiftable() {
    return hasBias() || (norm != null && norm.isScalable());
  }

  @Override
  public void shift(double[] by) {
    if (norm != null && norm.isScalable()) {
      add(norm.beta(), by);
      return;
    }
    if (!hasBias()) {
      throw new IllegalStateException("layer '" + name() + "' has no bias");
    }
    double[] own = by.clone();
    double[] factor = factor();
    for (int o = 0; o < own.length; o++) {
      own[o] /= factor[o];
    }
    add(getParam(BIAS), own);
  }

  private static void add(INDArray parameter, double[] perChannel) {
    parameter.assign(BatchNorm.shifted(parameter, perChannel));
  }

  @Override
  public boolean isScalable() {
    return norm == null || norm.isScalable();
  }

  @Override
  public void scale(double[] by) {
    if (!isScalable()) {
      throw new IllegalStateException(
          "layer '" + name() + "': gamma and beta of its batch normalization are locked");
    }
    if (norm != null) {
      norm.scale(by);
      return;
    }
    double[][] rows = weights();
    for (int o = 0; o < rows.length; o++) {
      for (int i = 0; i < rows[o].length; i++) {
        rows[o][i] *= by[o];
      }
    }
    setWeights(rows);
    if (hasBias()) {
      BatchNorm.multiply(getParam(BIAS), by);
    }
  }

  @Override
  public int inputChannel(int output, int column, int channels) {
    if (layerConf().getLinear() instanceof DepthwiseConvolution2D depthwise) {
      return output / depthwise.getDepthMultiplier();
    }
    int fanIn = Math.toIntExact(linear.rows(getParam(WEIGHT)).size(1));
    return column / (fanIn / channels);
  }

  @Override
  public INDArray multiply(INDArray input, INDArray rows, INDArray bias) {
    return linear.forward(
        input.castTo(dataType),
        rows.castTo(dataType),
        bias == null ? null : bias.castTo(dataType),
        LayerWorkspaceMgr.noWorkspaces());
  }

  @Override
  public INDArray clamp(INDArray values) {
    return rounding().round(values, clip.min(), clip.max(), 0, LayerWorkspaceMgr.noWorkspaces());
  }

  @Override
  public INDArray passClamp(INDArray gradient, INDArray values) {
    // At its bounds a clamp has slope 0; what lies below normal numbers may count as 0.
    float low = clip.min() == 0 ? Float.MIN_NORMAL : Math.nextUp(clip.min());
    return rounding().pass(gradient, values, low, Math.nextDown(clip.max()));
  }

  @Override
  public INDArray weightGradient(INDArray input, INDArray rows, INDArray delta) {
    INDArray gradient = getParam(WEIGHT).dup(getParam(WEIGHT).ordering());
    linear.backwardWeights(input, rows, delta, gradient, null, LayerWorkspaceMgr.noWorkspaces());
    return linear.rows(gradient);
  }
}
