package org.qat4j.layers;

import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Runs a {@link QuantizedVertex}. */
@SuppressWarnings("overrides") // Deeplearning4j overrides a varargs method without varargs.
final class QuantizedGraphVertex extends LayerVertex {
  private static final long serialVersionUID = 1L;

  QuantizedGraphVertex(
      ComputationGraph graph, String name, int index, QuantizingLayer<?> layer, DataType dataType) {
    super(graph, name, index, layer, null, false, dataType);
  }

  private QuantizingLayer<?> quantizing() {
    return (QuantizingLayer<?>) getLayer();
  }

  @Override
  public void setInput(int number, INDArray input, LayerWorkspaceMgr workspace) {
    inputs[number] = input;
    if (canDoForward()) {
      applyPreprocessorAndSetInput(workspace);
    }
  }

  @Override
  public void applyPreprocessorAndSetInput(LayerWorkspaceMgr workspace) {
    quantizing().setInputs(inputs, workspace);
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspace) {
    if (!canDoBackward()) {
      throw new IllegalStateException(
          "vertex '"
              + getVertexName()
              + "': inputs and gradient must be set before the backward pass");
    }
    return quantizing().backpropAll(epsilon, workspace);
  }
}
