package org.qat4j.layers;

import java.util.Arrays;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Runs a {@link QuantizedVertex}.
 *
 * <p>Where its output branches, Deeplearning4j adds the gradients that come back. ND4J adds arrays
 * in memory order ten times as fast as permuted views, so gradients of images go to such a vertex
 * as {@code [batch, height, width, channels]}: the order in which the kernels store them.
 */
@SuppressWarnings("overrides") // Deeplearning4j overrides a varargs method without varargs.
final class QuantizedGraphVertex extends LayerVertex {
  private static final long serialVersionUID = 1L;

  QuantizedGraphVertex(
      ComputationGraph graph,
      String name,
      int index,
      QuantizingLayer<?> layer,
      boolean output,
      DataType dataType) {
    super(graph, name, index, layer, null, output, dataType);
  }

  private QuantizingLayer<?> quantizing() {
    return (QuantizingLayer<?>) getLayer();
  }

  /** Of several inputs one may still be that of a pass that failed: they are taken together. */
  @Override
  public void setInput(int number, INDArray input, LayerWorkspaceMgr workspace) {
    inputs[number] = input;
    if (inputs.length == 1) {
      applyPreprocessorAndSetInput(workspace);
    }
  }

  @Override
  public INDArray doForward(boolean training, LayerWorkspaceMgr workspace) {
    if (inputs.length > 1 && canDoForward()) {
      quantizing().setInputs(inputs);
    }
    return super.doForward(training, workspace);
  }

  @Override
  public Pair<Gradient, INDArray[]> doBackward(boolean truncated, LayerWorkspaceMgr workspace) {
    if (!canDoBackward()) {
      throw new IllegalStateException(
          "vertex '"
              + getVertexName()
              + "': inputs and gradient must be set before the backward pass");
    }
    if (epsilon != null && epsilon.rank() == 4 && takesChannelsLast()) {
      epsilon = epsilon.permute(0, 3, 1, 2);
    }
    Pair<Gradient, INDArray[]> result =
        inputs.length == 1
            ? super.doBackward(truncated, workspace)
            : quantizing().backpropAll(epsilon, workspace);
    return new Pair<>(result.getFirst(), asTheInputsTakeThem(result.getSecond()));
  }

  private INDArray[] asTheInputsTakeThem(INDArray[] gradients) {
    INDArray[] arranged = gradients.clone();
    for (int i = 0; i < arranged.length; i++) {
      GraphVertex input = graph.getVertices()[getInputVertices()[i].getVertexIndex()];
      if (gradients[i] != null
          && gradients[i].rank() == 4
          && input instanceof QuantizedGraphVertex quantized
          && quantized.takesChannelsLast()) {
        arranged[i] = gradients[i].permute(0, 2, 3, 1);
      }
    }
    return arranged;
  }

  /** Whether several vertices read the output and all of them know of this agreement. */
  private boolean takesChannelsLast() {
    return getNumOutputConnections() > 1
        && Arrays.stream(getOutputVertices())
            .map(reader -> graph.getVertices()[reader.getVertexIndex()])
            .allMatch(QuantizedGraphVertex.class::isInstance);
  }
}
