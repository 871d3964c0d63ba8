package org.qat4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * The first layer of a prepared network: quantizes its input.
 *
 * <p>Remembers the input's shape, which a Deeplearning4j configuration does not, so that the
 * network can be converted.
 */
public final class InputQuantizer extends ParameterFree {
  private static final long serialVersionUID = 1L;

  private int[] inputShape;

  /** For deserialization. */
  public InputQuantizer() {}

  /** The quantizer of that name. */
  public InputQuantizer(String name) {
    super(name, List.of(), new ActivationIdentity());
  }

  /** Shape of one image as seen in the last forward pass; null before the first. */
  public int[] getInputShape() {
    return inputShape == null ? null : inputShape.clone();
  }

  public void setInputShape(int[] inputShape) {
    this.inputShape = inputShape == null ? null : inputShape.clone();
  }

  @Override
  QuantizingLayer<?> createLayer(NeuralNetConfiguration conf, DataType dataType) {
    return new InputQuantizerLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }
}
