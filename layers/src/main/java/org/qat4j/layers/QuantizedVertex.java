package org.qat4j.layers;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A vertex with a quantizing layer and without a preprocessor. Other than Deeplearning4j's own it
 * can have several inputs, for a {@link QuantizedMerge}.
 */
public final class QuantizedVertex extends LayerVertex {
  private static final long serialVersionUID = 1L;

  /** For deserialization. */
  public QuantizedVertex() {
    this(null);
  }

  /** Holds a {@link QuantizingConf}. */
  public QuantizedVertex(NeuralNetConfiguration layer) {
    super(layer, null);
  }

  @Override
  public GraphVertex clone() {
    return new QuantizedVertex(getLayerConf().clone());
  }

  @Override
  public int maxVertexInputs() {
    return getLayerConf().getLayer() instanceof QuantizedMerge ? Integer.MAX_VALUE : 1;
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
        getLayerConf().getLayer() instanceof QuantizedMerge merge
            ? merge.instantiateInVertex(getLayerConf(), index, parameters, initialize, dataType)
            : (QuantizingLayer<?>)
                getLayerConf()
                    .getLayer()
                    .instantiate(getLayerConf(), null, index, parameters, initialize, dataType);
    boolean output = graph.getConfiguration().getNetworkOutputs().contains(name);
    return new QuantizedGraphVertex(graph, name, index, layer, output, dataType);
  }

  @Override
  public InputType getOutputType(int index, InputType... inputs) {
    return getLayerConf().getLayer() instanceof QuantizedMerge merge
        ? merge.getOutputType(inputs)
        : getLayerConf().getLayer().getOutputType(index, inputs[0]);
  }

  @Override
  public MemoryReport getMemoryReport(InputType... inputs) {
    return getLayerConf().getLayer().getMemoryReport(inputs[0]);
  }
}
