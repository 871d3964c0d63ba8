package org.qat4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Graph;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.kernels.Geometry;
import org.qat4j.kernels.Pooling;

/**
 * Runs a {@link QuantizedPooling}. The mean over the whole image has the shape [batch, channels].
 */
final class QuantizedPoolingLayer extends QuantizingLayer<QuantizedPooling> {
  private static final long serialVersionUID = 1L;

  private final transient Pooling averaging;

  QuantizedPoolingLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    SubsamplingLayer window = layerConf().getWindow();
    averaging = window == null ? kernels().globalAverage() : kernels().averagePooling(window);
  }

  @Override
  void requireShapes(INDArray[] inputs) {
    InputShape.requireImages(this, inputs[0], InputShape.ANY);
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    return averaging.forward(inputs[0], ArrayType.INPUT, workspace);
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    return new INDArray[] {averaging.backward(inputs[0], epsilon, workspace)};
  }

  @Override
  public String appendTo(Graph.Builder graph, List<String> inputs) {
    String pooled = super.appendTo(graph, inputs);
    if (layerConf().getWindow() != null) {
      return pooled;
    }
    String flat = graph.freeName(pooled + "_flat");
    graph.node(flat, new MoveOp.Flatten(), List.of(pooled), flat, graph.tensor(pooled).type());
    return flat;
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    SubsamplingLayer window = layerConf().getWindow();
    return window == null
        ? new PoolOp.GlobalAveragePool()
        : new PoolOp.AveragePool(
            Geometry.of(window, inputs[0]), window.isAvgPoolIncludePadInDivisor());
  }
}
