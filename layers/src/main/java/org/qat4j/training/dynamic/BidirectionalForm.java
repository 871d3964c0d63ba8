package org.qat4j.training.dynamic;

import java.util.Arrays;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.training.network.Stage;

/** Two recurrent layers, of which one reads backwards. */
final class BidirectionalForm extends DynamicForm<Bidirectional> {
  BidirectionalForm() {
    super(Bidirectional.class);
  }

  @Override
  boolean readsSequences() {
    return true;
  }

  @Override
  long width(Stage stage, Bidirectional conf) {
    return conf.getNIn();
  }

  @Override
  String convert(Part part, List<String> inputs, DynamicGraph graph) {
    if (graph.config().keepsState()) {
      throw DynamicForms.refusal(
          part.stage(),
          "reads sequences from their end too, so no call can go on where another has ended;"
              + " convert it with DynamicConfig.stateless()");
    }
    Bidirectional conf = conf(part);
    String forward = scan(part.inside(conf.getFwd(), "_forward", "f"), inputs, graph, false);
    String backward = scan(part.inside(conf.getBwd(), "_backward", "b"), inputs, graph, true);
    return switch (conf.getMode()) {
      case CONCAT -> graph.add(part.name(), new JoinOp.Concat(), forward, backward);
      case ADD -> graph.add(part.name(), new JoinOp.Add(Clip.NONE), forward, backward);
      case MUL -> graph.add(part.name(), new JoinOp.Mul(), forward, backward);
      case AVERAGE -> average(part, forward, backward, graph);
    };
  }

  private static String average(Part part, String forward, String backward, DynamicGraph graph) {
    if (graph.shape(forward).kind() == Shape.Kind.SEQUENCE) {
      throw DynamicForms.refusal(
          part.stage(), "averages sequences; let it add them and halve the weights behind");
    }
    String sum =
        graph.add(
            graph.freeName(part.name() + "_sum"), new JoinOp.Add(Clip.NONE), forward, backward);
    int channels = graph.shape(sum).channels();
    float[] half = new float[channels];
    Arrays.fill(half, 0.5f);
    return graph.add(
        part.name(),
        new ChannelOp.ScaleShift(new Reals(half), new Reals(new float[channels])),
        sum);
  }

  /** Backwards the last step that a layer takes is the first of the sequence. */
  private static String scan(Part part, List<String> inputs, DynamicGraph graph, boolean reversed) {
    if (part.conf() instanceof LastTimeStep last) {
      Part inside = part.inside(last.getUnderlying(), "_steps", "");
      String outputs = recurrent(inside, inputs, graph, reversed);
      return LastTimeStepForm.take(
          part, reversed ? MoveOp.Steps.first(1) : MoveOp.Steps.last(1), outputs, graph);
    }
    return recurrent(part, inputs, graph, reversed);
  }

  private static String recurrent(
      Part part, List<String> inputs, DynamicGraph graph, boolean reversed) {
    if (DynamicForms.of(part.stage(), part.conf()) instanceof RecurrentForm<?> form) {
      return form.convert(part, inputs, graph, reversed);
    }
    throw DynamicForms.refusal(
        part.stage(),
        "holds a " + ((Layer) part.conf()).getClass().getSimpleName() + " in both directions");
  }
}
