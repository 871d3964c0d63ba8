package org.qat4j.layers;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Element-wise sum or concatenation along the channels, with the activation behind it, quantized.
 */
public final class QuantizedMerge extends ParameterFree {
  private static final long serialVersionUID = 1L;

  /** What is done with the inputs. */
  public enum Kind {
    SUM,
    CONCATENATE
  }

  private Kind kind;

  /** For deserialization. */
  public QuantizedMerge() {}

  /**
   * A merge of as many inputs as it has input quantizers.
   *
   * @param inputQuantizers for each input the name of the layer whose output parameters it has
   * @param activation a fusible one
   */
  public QuantizedMerge(
      String name, Kind kind, List<String> inputQuantizers, IActivation activation) {
    super(name, inputQuantizers, activation);
    this.kind = kind;
  }

  public Kind getKind() {
    return kind;
  }

  public void setKind(Kind kind) {
    this.kind = kind;
  }

  /** A plain layer vertex has one input only. */
  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    throw new IllegalStateException(
        "vertex '"
            + getLayerName()
            + "' merges several inputs, and TransferLearning.GraphBuilder does not keep such a vertex of a prepared graph: "
            + "edit the original graph and prepare the result; to hold layers still, give them an updater of learning rate 0");
  }

  /** The layer that a {@link QuantizedVertex} runs. */
  QuantizingLayer<?> instantiateInVertex(
      NeuralNetConfiguration conf,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    return (QuantizingLayer<?>)
        super.instantiate(conf, null, index, parameters, initialize, dataType);
  }

  InputType getOutputType(InputType... inputs) {
    if (kind == Kind.SUM) {
      return inputs[0];
    }
    if (inputs[0] instanceof InputTypeConvolutional first) {
      long channels =
          Arrays.stream(inputs)
              .mapToLong(type -> ((InputTypeConvolutional) type).getChannels())
              .sum();
      return InputType.convolutional(first.getHeight(), first.getWidth(), channels);
    }
    return InputType.feedForward(
        Arrays.stream(inputs).mapToLong(InputType::arrayElementsPerExample).sum());
  }

  @Override
  QuantizingLayer<?> createLayer(NeuralNetConfiguration conf, DataType dataType) {
    return new QuantizedMergeLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return getOutputType(inputType);
  }
}
