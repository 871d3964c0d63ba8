package org.qat4j.layers;

import java.util.Arrays;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.kernels.Geometry;
import org.qat4j.kernels.Linear;

/**
 * Runs a {@link QuantizedBlock}: one pass forward and one backward through linear part,
 * normalization and activation.
 */
final class QuantizedBlockLayer extends QuantizingLayer<QuantizedBlock> {
  private static final long serialVersionUID = 1L;
  private static final String WEIGHT = ConvolutionParamInitializer.WEIGHT_KEY;
  private static final String BIAS = ConvolutionParamInitializer.BIAS_KEY;

  private final transient Linear linear;
  private final transient Clip clip;
  private transient BatchNorm norm;
  private transient INDArray trainedRows;

  QuantizedBlockLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    linear =
        layerConf().convolves()
            ? kernels().convolution((ConvolutionLayer) layerConf().getLinear())
            : kernels().dense();
    clip = Activations.clip(layerConf().getActivationFn());
  }

  @Override
  public void setParamTable(Map<String, INDArray> table) {
    super.setParamTable(table);
    norm =
        layerConf().getNorm() == null
            ? null
            : new BatchNorm(layerConf().getNorm(), table, kernels());
  }

  @Override
  Clip activation() {
    return clip;
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    INDArray rows = linear.rows(getParamWithNoise(WEIGHT, training, workspace));
    if (training) {
      rows = quantizing() ? FakeQuantizer.weights(rows, quantization().weightRange()) : rows;
      trainedRows = workspace.leverageTo(ArrayType.INPUT, rows);
      rows = trainedRows;
    }
    INDArray z = linear.forward(inputs[0], rows, getParam(BIAS), workspace);
    return norm == null ? z : norm.forward(z, !training || statisticsFrozen(), workspace);
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    INDArray delta =
        norm == null ? epsilon : norm.backward(epsilon, gradientViews, gradient, workspace);
    INDArray weightGradient = gradientViews.get(WEIGHT);
    INDArray biasGradient = gradientViews.get(BIAS);
    INDArray inputGradient =
        linear.backward(inputs[0], trainedRows, delta, weightGradient, biasGradient, workspace);
    gradient.setGradientFor(WEIGHT, weightGradient);
    if (biasGradient != null) {
      gradient.setGradientFor(BIAS, biasGradient);
    }
    trainedRows = null;
    weightNoiseParams.clear();
    return new INDArray[] {inputGradient};
  }

  @Override
  public boolean hasBias() {
    return getParam(BIAS) != null;
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    Folding folded = fold();
    return layerConf().convolves()
        ? new Op.Conv(
            Geometry.of((ConvolutionLayer) layerConf().getLinear(), inputs[0]),
            Geometry.groups((ConvolutionLayer) layerConf().getLinear()),
            folded.weights(),
            folded.bias(),
            clip)
        : new Op.Dense(folded.weights(), folded.bias(), clip);
  }

  private Folding fold() {
    float[] rows = floats(linear.rows(getParam(WEIGHT)));
    double[] bias =
        hasBias() ? doubles(getParam(BIAS)) : new double[Math.toIntExact(layerConf().getNOut())];
    double[] factor = new double[bias.length];
    Arrays.fill(factor, 1);
    if (norm != null) {
      double[] gamma = doubles(norm.gamma());
      double[] beta = doubles(norm.beta());
      double[] mean = doubles(norm.runningMean());
      double[] variance = doubles(norm.runningVariance());
      for (int o = 0; o < bias.length; o++) {
        factor[o] = gamma[o] / Math.sqrt(variance[o] + norm.epsilon());
        bias[o] = factor[o] * (bias[o] - mean[o]) + beta[o];
      }
    }
    return Folding.of(rows, factor, bias, inputParams(0).scale(), quantization().weightRange());
  }

  private static float[] floats(INDArray array) {
    return array.castTo(DataType.FLOAT).dup('c').data().asFloat();
  }

  private static double[] doubles(INDArray array) {
    return array.castTo(DataType.DOUBLE).dup('c').data().asDouble();
  }
}
