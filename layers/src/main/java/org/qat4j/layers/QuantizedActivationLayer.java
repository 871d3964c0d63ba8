package org.qat4j.layers;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;

/** Runs a {@link QuantizedActivation} whose function is a clamp. */
final class QuantizedActivationLayer extends QuantizingLayer<QuantizedActivation> {
  private static final long serialVersionUID = 1L;

  private final transient Clip clip;

  QuantizedActivationLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    clip = Activations.clip(layerConf().getActivationFn());
  }

  @Override
  Clip activation() {
    return clip;
  }

  @Override
  void requireShapes(INDArray[] inputs) {
    InputShape.requireChannels(this, inputs[0], InputShape.ANY);
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    return inputs[0];
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    return new INDArray[] {epsilon};
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    return new ConvertOp.Requantize(clip);
  }
}
