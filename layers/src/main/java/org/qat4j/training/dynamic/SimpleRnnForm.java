package org.qat4j.training.dynamic;

import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;

/** A plain recurrent layer. */
final class SimpleRnnForm extends RecurrentForm<SimpleRnn> {
  SimpleRnnForm() {
    super(SimpleRnn.class);
  }

  @Override
  int stateRows() {
    return 1;
  }

  @Override
  RecurrentOp operation(Part part, Scan scan, DynamicGraph graph) {
    SimpleRnn conf = conf(part);
    if (conf.hasLayerNorm()) {
      throw DynamicForms.refusal(
          part.stage(), "normalizes its layer, which has no dynamic form; train it without");
    }
    IActivation activation = conf.getActivationFn();
    int units = Math.toIntExact(conf.getNOut());
    int[] order = DynamicGraph.inOrder(units);
    return new RecurrentOp.SimpleRnn(
        graph.coefficients(part, "W", order, part.row("b", units)),
        graph.coefficients(part, "RW", order, new float[units]),
        function(activation)
            .orElseThrow(
                () ->
                    DynamicForms.refusal(
                        part.stage(),
                        "has the activation function '"
                            + activation
                            + "'; use tanh, sigmoid, relu or identity")),
        scan);
  }

  private static Optional<GateFunction> function(IActivation activation) {
    if (activation instanceof ActivationTanH) {
      return Optional.of(GateFunction.TANH);
    }
    if (activation instanceof ActivationSigmoid) {
      return Optional.of(GateFunction.SIGMOID);
    }
    if (activation instanceof ActivationIdentity) {
      return Optional.of(GateFunction.IDENTITY);
    }
    return activation.equals(new ActivationReLU())
        ? Optional.of(GateFunction.RELU)
        : Optional.empty();
  }
}
