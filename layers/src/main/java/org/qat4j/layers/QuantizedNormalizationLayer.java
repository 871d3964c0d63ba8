package org.qat4j.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.quantizers.WeightCodes;
import org.qat4j.scheme.IntRange;

/**
 * Runs a {@link QuantizedNormalization}. Images deploy as a depthwise 1x1 convolution, whose one
 * weight per channel is the largest code, exactly. Features deploy in a float island: as a dense
 * layer they would need a square matrix of zeros around its diagonal.
 */
final class QuantizedNormalizationLayer extends QuantizingLayer<QuantizedNormalization> {
  private static final long serialVersionUID = 1L;

  /** The largest of these codes times its scale is 1. */
  private static final IntRange ONE = IntRange.signedNarrow(8);

  private final transient Clip clip;
  private transient BatchNorm norm;

  QuantizedNormalizationLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    clip = Activations.clip(layerConf().getActivationFn());
  }

  @Override
  public void setParamTable(Map<String, INDArray> table) {
    super.setParamTable(table);
    norm = new BatchNorm(layerConf().getNorm(), table, kernels());
  }

  @Override
  Clip activation() {
    return clip;
  }

  @Override
  void requireShapes(INDArray[] inputs) {
    InputShape.requireChannels(this, inputs[0], layerConf().getNIn());
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    boolean given = !training || statisticsFrozen();
    boolean rounds =
        training && given && quantizing() && isInteger(inputs[0].rank() == 4) && hasInputParams(0);
    return norm.forward(inputs[0], given, rounds ? biasErrors() : null, workspace);
  }

  /** What deployment's rounding adds to the shift of each channel. */
  private double[] biasErrors() {
    double[] shift = norm.shift();
    float[] scales = ones(shift.length).scales();
    return Folding.biasErrors(scales, norm.factor(), shift, inputParams(0).scale());
  }

  /** Integers scale images only, by a convolution; the rest is a float island. */
  private boolean isInteger(boolean image) {
    return image && !quantization().weights().isReal();
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    return new INDArray[] {norm.backward(epsilon, gradientViews, gradient, workspace)};
  }

  @Override
  public String appendTo(Graph.Builder graph, List<String> inputs) {
    return isInteger(graph.tensor(inputs.get(0)).shape().isImage())
        ? super.appendTo(graph, inputs)
        : FloatIsland.append(graph, name(), inputs.get(0), realOp(), clip, outputParams());
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    int channels = inputs[0].channels();
    Folding folded =
        Folding.of(ones(channels), norm.factor(), norm.shift(), inputParams(0).scale());
    return new LinearOp.Conv(
        Window.square(1, 1, 0), channels, folded.weights(), folded.bias(), clip);
  }

  private static WeightCodes ones(int channels) {
    int[] codes = new int[channels];
    float[] scales = new float[channels];
    Arrays.fill(codes, ONE.max());
    Arrays.fill(scales, 1f / ONE.max());
    return new WeightCodes(codes, scales, new int[channels], ONE);
  }

  private Op realOp() {
    return new ChannelOp.ScaleShift(
        FloatIsland.reals(norm.factor()), FloatIsland.reals(norm.shift()));
  }
}
