package org.qat4j.layers;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** A vertex that feeds several inputs to one quantizing layer: a sum or a concatenation. */
public final class QuantizedVertex extends LayerVertex {
  private static final long serialVersionUID = 1L;

  /** For deserialization. */
  public QuantizedVertex() {
    this(null);
  }

  /** Holds a {@link QuantizedMerge}. */
  public QuantizedVertex(NeuralNetConfiguration layer) {
    super(layer, null);
  }

  @Override
  public GraphVertex clone() {
    return new QuantizedVertex(getLayerConf().clone());
  }

  @Override
  public int maxVertexInputs() {
    return Integer.MAX_VALUE;
  }

  @Override
  public org.deeplearning4j.nn.graph.vertex.GraphVertex instantiate(
      ComputationGraph graph,
      String name,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    QuantizingLayer<?> layer =
        ((QuantizedMerge) getLayerConf().getLayer())
            .instantiateInVertex(getLayerConf(), index, parameters, initialize, dataType);
    return new QuantizedGraphVertex(graph, name, index, layer, dataType);
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    return ((QuantizedMerge) getLayerConf().getLayer()).getOutputType(inputs);
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputs) {
    return getLayerConf().getLayer().getMemoryReport(inputs[0]);
  }
}
