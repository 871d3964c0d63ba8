package org.qat4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;

/** Runs a {@link QuantizedActivation} whose function is no clamp. */
final class QuantizedFunctionLayer extends QuantizingLayer<QuantizedActivation> {
  private static final long serialVersionUID = 1L;

  private final transient Op operation;

  QuantizedFunctionLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    operation =
        Activations.operation(layerConf().getActivationFn())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "activation '" + layerConf().getActivationFn() + "' cannot be deployed"));
  }

  @Override
  void requireShapes(INDArray[] inputs) {
    InputShape.requireChannels(this, inputs[0], InputShape.ANY);
  }

  /** Deeplearning4j's functions and their derivatives work in place, so both get a copy. */
  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    INDArray values = workspace.dup(ArrayType.INPUT, inputs[0], 'c');
    return layerConf().getActivationFn().getActivation(values, training);
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    INDArray values = workspace.dup(ArrayType.ACTIVATION_GRAD, inputs[0], 'c');
    INDArray delta = layerConf().getActivationFn().backprop(values, epsilon).getFirst();
    return new INDArray[] {delta};
  }

  @Override
  public String appendTo(Graph.Builder graph, List<String> inputs) {
    return operation.arithmetics().contains(Arithmetic.CODES)
        ? super.appendTo(graph, inputs)
        : FloatIsland.append(graph, name(), inputs.get(0), operation, Clip.NONE, outputParams());
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    return operation;
  }
}
