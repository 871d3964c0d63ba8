package org.qat4j.training.dynamic;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.layers.Activations;
import org.qat4j.training.forms.RecurrentPlan;
import org.qat4j.training.forms.UnsupportedLayerException;
import org.qat4j.training.network.Stage;

/** The table of all forms. */
final class DynamicForms {
  private static final List<DynamicForm<?>> ALL =
      List.of(
          new EmbeddingSequenceForm(),
          new EmbeddingForm(),
          LstmForm.lstm(),
          LstmForm.graves(),
          new SimpleRnnForm(),
          new BidirectionalForm(),
          new LastTimeStepForm(),
          new LastTimeStepVertexForm(),
          new DenseForm(),
          new OutputForm<>(OutputLayer.class, false),
          new OutputForm<>(RnnOutputLayer.class, true),
          new FunctionForm<>(ActivationLayer.class, ActivationLayer::getActivationFn, false),
          new FunctionForm<>(LossLayer.class, LossLayer::getActivationFn, false),
          new FunctionForm<>(RnnLossLayer.class, RnnLossLayer::getActivationFn, true),
          new DropoutForm(),
          new MergeForm(),
          new ElementWiseForm());

  private DynamicForms() {}

  /** What is supported, as docs/layers.md lists it. */
  static List<String> names() {
    return ALL.stream().flatMap(form -> form.names().stream()).toList();
  }

  /**
   * The form of a layer or vertex.
   *
   * @param conf the stage's, or of what stands inside it
   * @throws UnsupportedLayerException if there is none
   */
  static DynamicForm<?> of(Stage stage, Serializable conf) {
    return ALL.stream()
        .filter(form -> form.type() == RecurrentPlan.original(conf))
        .findFirst()
        .orElseThrow(
            () ->
                refusal(
                    stage,
                    (conf == stage.conf()
                            ? ""
                            : "holds a " + conf.getClass().getSimpleName() + " that ")
                        + "has no dynamic form; put a supported layer in its place"));
  }

  static String convert(Part part, List<String> inputs, DynamicGraph graph) {
    return of(part.stage(), part.conf()).convert(part, inputs, graph);
  }

  /** How many numbers a layer reads at a time; 0 for any. */
  static long width(Stage stage, Serializable conf) {
    return width(of(stage, conf), stage, conf);
  }

  private static <L> long width(DynamicForm<L> form, Stage stage, Serializable conf) {
    return form.width(stage, form.type().cast(conf));
  }

  static UnsupportedLayerException refusal(Stage stage, String problem) {
    return new UnsupportedLayerException(stage, problem, names());
  }

  /** What computes an activation function; empty if nothing does. */
  static Optional<Op> operation(IActivation activation) {
    if (activation instanceof ActivationIdentity) {
      return Optional.of(new MoveOp.Identity());
    }
    if (activation instanceof ActivationSoftmax) {
      return Optional.of(new ChannelOp.Softmax());
    }
    return Activations.isFusible(activation)
        ? Optional.of(new FunctionOp.Clamp(Activations.clip(activation)))
        : Activations.operation(activation);
  }

  /**
   * An activation function that has an operation.
   *
   * @throws UnsupportedLayerException if it has none
   */
  static IActivation supported(Part part, IActivation activation) {
    if (operation(activation).isEmpty()) {
      throw refusal(
          part.stage(),
          "has the activation function '"
              + activation
              + "'; use identity, relu, relu6, leakyrelu, hardtanh, tanh, sigmoid, hardsigmoid or"
              + " softmax");
    }
    return activation;
  }
}
