package org.qat4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.inputs.InputType.InputTypeConvolutional;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;

/** Average pooling over windows or over the whole image, quantized. */
public final class QuantizedPooling extends ParameterFree {
  private static final long serialVersionUID = 1L;

  private SubsamplingLayer window;

  /** For deserialization. */
  public QuantizedPooling() {}

  /**
   * Average pooling.
   *
   * @param window geometry, or null for the mean of each channel over the whole image
   */
  public QuantizedPooling(String name, String inputQuantizer, SubsamplingLayer window) {
    super(name, List.of(inputQuantizer), new ActivationIdentity());
    this.window = window == null ? null : window.clone();
  }

  /** The windows' geometry; null for the whole image. */
  public SubsamplingLayer getWindow() {
    return window;
  }

  public void setWindow(SubsamplingLayer window) {
    this.window = window;
  }

  @Override
  QuantizingLayer<?> createLayer(NeuralNetConfiguration conf, DataType dataType) {
    return new QuantizedPoolingLayer(conf, dataType);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return window == null
        ? InputType.feedForward(((InputTypeConvolutional) inputType).getChannels())
        : window.getOutputType(layerIndex, inputType);
  }
}
