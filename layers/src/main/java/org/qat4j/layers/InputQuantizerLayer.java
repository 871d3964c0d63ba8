package org.qat4j.layers;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;

/** Runs an {@link InputQuantizer}. */
final class InputQuantizerLayer extends QuantizingLayer<InputQuantizer> {
  private static final long serialVersionUID = 1L;

  InputQuantizerLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    INDArray output = super.activate(training, workspace);
    // What is deployed is what was trained; a network that takes images of any size may see others.
    if (training || layerConf().getInputShape() == null) {
      layerConf().setInputShape(imageShape(input).dims());
    }
    return output;
  }

  @Override
  void requireShapes(INDArray[] inputs) {
    InputShape.requireChannels(this, inputs[0], InputShape.ANY);
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    if (training && !Double.isFinite(rounding().sum(inputs[0]))) {
      throw new ArithmeticException("not finite"); // Which clamping would hide.
    }
    return inputs[0];
  }

  @Override
  String againstNotFinite() {
    return "such numbers are in the data; remove them or replace them";
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    return new INDArray[] {epsilon};
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    return new ConvertOp.Quantize();
  }

  @Override
  String quantizeInput(Graph.Builder graph, int index, String real) {
    return real;
  }
}
