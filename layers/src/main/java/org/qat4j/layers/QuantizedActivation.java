package org.qat4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;

/** An activation function that nothing before it could absorb, quantized. */
public final class QuantizedActivation extends ParameterFree {
  private static final long serialVersionUID = 1L;

  /** For deserialization. */
  public QuantizedActivation() {}

  /**
   * @param inputQuantizer name of the layer whose output parameters its input has
   * @param activation one that {@link Activations#isSupported} holds for
   */
  public QuantizedActivation(String name, String inputQuantizer, IActivation activation) {
    super(name, List.of(inputQuantizer), activation);
  }

  @Override
  QuantizingLayer<?> createLayer(NeuralNetConfiguration conf, DataType dataType) {
    return Activations.isFusible(getActivationFn())
        ? new QuantizedActivationLayer(conf, dataType)
        : new QuantizedFunctionLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }
}
