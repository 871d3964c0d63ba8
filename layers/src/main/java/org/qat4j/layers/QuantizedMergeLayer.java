package org.qat4j.layers;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.kernels.Merging;

/** Runs a {@link QuantizedMerge}. */
final class QuantizedMergeLayer extends QuantizingLayer<QuantizedMerge> {
  private static final long serialVersionUID = 1L;

  private final transient Merging merging;
  private final transient Clip clip;

  QuantizedMergeLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    merging = sums() ? kernels().sum() : kernels().concatenation();
    clip = Activations.clip(layerConf().getActivationFn());
  }

  private boolean sums() {
    return layerConf().getKind() == QuantizedMerge.Kind.SUM;
  }

  @Override
  Clip activation() {
    return clip;
  }

  /** Sums add equal shapes; what is concatenated may differ in its channels. */
  @Override
  void requireShapes(INDArray[] inputs) {
    InputShape.requireChannels(this, inputs[0], InputShape.ANY);
    long[] expected = inputs[0].shape().clone();
    if (!sums()) {
      expected[1] = InputShape.ANY;
    }
    for (INDArray input : inputs) {
      InputShape.require(this, input, expected);
    }
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    return merging.forward(inputs, workspace);
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    long[] channels = Arrays.stream(inputs).mapToLong(input -> input.size(1)).toArray();
    return merging.backward(epsilon, channels, workspace);
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    return sums() ? new Op.Add(clip) : new Op.Concat();
  }
}
