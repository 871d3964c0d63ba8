package org.qat4j.layers;

import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/**
 * A batch normalization that no convolution or dense layer before it could absorb, with the
 * activation behind it, quantized.
 *
 * <p>Parameters: Deeplearning4j's own, then {@code range}.
 */
public final class QuantizedNormalization extends QuantizingConf {
  private static final long serialVersionUID = 1L;

  private BatchNormalization norm;

  /** For deserialization. */
  public QuantizedNormalization() {}

  /**
   * @param inputQuantizer name of the layer whose output parameters its input has
   * @param activation a fusible one
   */
  public QuantizedNormalization(
      String name, String inputQuantizer, BatchNormalization norm, IActivation activation) {
    super(name, List.of(inputQuantizer));
    this.norm = norm.clone();
    copySettings(norm);
    activationFn = activation;
    constraints = norm.getConstraints();
  }

  public BatchNormalization getNorm() {
    return norm;
  }

  public void setNorm(BatchNormalization norm) {
    this.norm = norm;
  }

  @Override
  public QuantizedNormalization clone() {
    QuantizedNormalization clone = (QuantizedNormalization) super.clone();
    clone.norm = norm.clone();
    return clone;
  }

  @Override
  QuantizingLayer<?> createLayer(NeuralNetConfiguration conf, DataType dataType) {
    return new QuantizedNormalizationLayer(conf, dataType);
  }

  @Override
  List<Layer> parts() {
    return List.of(norm);
  }

  @Override
  public InputType getOutputType(int layerIndex, InputType inputType) {
    return inputType;
  }

  @Override
  public void setNIn(InputType inputType, boolean override) {
    norm.setNIn(inputType, override);
    nIn = norm.getNIn();
    nOut = norm.getNOut();
  }

  @Override
  public InputPreProcessor getPreProcessorForInputType(InputType inputType) {
    return norm.getPreProcessorForInputType(inputType);
  }

  @Override
  public IUpdater getUpdaterByParam(String parameter) {
    return BlockParams.isStatistic(parameter) ? new NoOp() : getIUpdater();
  }

  @Override
  public List<Regularization> getRegularizationByParam(String parameter) {
    return null;
  }
}
