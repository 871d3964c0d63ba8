package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.IActivation;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Op;
import org.qat4j.layers.Activations;
import org.qat4j.layers.QuantizedActivation;
import org.qat4j.training.network.Stage;

/** An activation function that nothing before it could absorb. */
final class ActivationForm extends QuantizingForm<ActivationLayer, QuantizedActivation> {
  ActivationForm() {
    super(ActivationLayer.class, QuantizedActivation.class);
  }

  @Override
  boolean accepts(Serializable conf) {
    return conf instanceof ActivationLayer;
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    add(stage, stage, conf(stage).getActivationFn(), draft);
  }

  /** Adds the activation function of a layer as a layer behind it. */
  static void addBehind(Stage source, Stage layer, IActivation function, Draft draft) {
    String name = draft.freeName(layer.name() + "_activation");
    Stage stage = new Stage(name, layer.index(), layer.conf(), null, List.of(layer.name()));
    add(source, stage, function, draft);
    draft.replace(layer.name(), name);
  }

  private static void add(Stage source, Stage stage, IActivation function, Draft draft) {
    requireSupported(source, function);
    QuantizedActivation layer =
        new QuantizedActivation(stage.name(), draft.quantizer(stage.input()), function);
    draft.quantizing(new Prepared(source, stage.with(layer), List.of()));
  }

  static void requireSupported(Stage stage, IActivation function) {
    if (!Activations.isSupported(function)) {
      throw new UnsupportedLayerException(
          stage,
          "has activation '"
              + function
              + "'; use identity, relu, relu6, hardtanh, leaky relu, tanh, sigmoid or hard"
              + " sigmoid");
    }
  }

  @Override
  String kind(QuantizedActivation layer) {
    return Activations.operation(layer.getActivationFn()).map(Op::onnxName).orElse("Activation");
  }

  /** It is the activation function itself. */
  @Override
  List<String> fused(QuantizedActivation layer) {
    return List.of();
  }

  @Override
  String reason(QuantizedActivation layer) {
    return Activations.operation(layer.getActivationFn())
        .map(
            operation ->
                operation.arithmetics().contains(Arithmetic.CODES)
                    ? "it is no clamp, so it is an operation of its own on codes"
                    : "it has no integer form, so it is exempt: it runs in float32 between codes,"
                        + " which loading must allow")
        .orElseGet(() -> super.reason(layer));
  }
}
