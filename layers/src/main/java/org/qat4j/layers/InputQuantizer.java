package org.qat4j.layers;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * The first layer of a prepared network: quantizes its input.
 *
 * <p>Remembers the input's shape, which a Deeplearning4j configuration does not, so that the
 * network can be converted.
 */
public final class InputQuantizer extends QuantizingConf {
  private static final long serialVersionUID = 1L;

  private int[] inputShape;

  /** For deserialization. */
  public InputQuantizer() {}

  public InputQuantizer(String name, Quantization quantization) {
    super(name, null, quantization);
    // Deeplearning4j takes a configuration without these for one of an old format.
    activationFn = new ActivationIdentity();
    iUpdater = new NoOp();
    weightInitFn = new WeightInitConstant(0.0);
    regularization = new ArrayList<>();
    regularizationBias = new ArrayList<>();
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
  List<Layer> parts() {
    return List.of();
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    // The layer takes any shape.
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return null;
  }

  @Override
  public IUpdater getUpdaterByParam(String parameter) {
    return new NoOp();
  }

  @Override
  public List<Regularization> getRegularizationByParam(String parameter) {
    return List.of();
  }
}
