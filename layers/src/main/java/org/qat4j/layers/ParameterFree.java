package org.qat4j.layers;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.weights.WeightInitConstant;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.Regularization;

/** Configuration of a quantizing layer without weights: it observes or learns only its range. */
abstract class ParameterFree extends QuantizingConf {
  private static final long serialVersionUID = 1L;

  ParameterFree() {}

  ParameterFree(String name, List<String> inputQuantizers, IActivation activation) {
    super(name, inputQuantizers);
    activationFn = activation;
    // Deeplearning4j takes a configuration without these for one of an old format.
    iUpdater = new NoOp();
    weightInitFn = new WeightInitConstant(0.0);
    regularization = new ArrayList<>();
    regularizationBias = new ArrayList<>();
  }

  @Override
  List<Layer> parts() {
    return List.of();
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
    return BlockParams.isStatistic(parameter) ? new NoOp() : getIUpdater();
  }

  @Override
  public List<Regularization> getRegularizationByParam(String parameter) {
    return List.of();
  }
}
