package org.qat4j.training;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.qat4j.graph.Graph;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.Schedule;
import org.qat4j.training.forms.Forms;
import org.qat4j.training.network.Stage;

/** Turns a prepared, trained network into an integer graph, layer by layer, each as it infers. */
final class Conversion {
  private final Graph.Builder graph = Graph.builder("qat4j");
  private final Map<String, String> tensors = new HashMap<>();
  private final Map<String, String> flattened = new HashMap<>();

  private Conversion() {}

  /**
   * @param stages of a prepared network, in execution order
   * @param layers the running layers by name
   * @throws IllegalStateException if ranges were not observed yet
   */
  static QuantizedModel convert(List<Stage> stages, Map<String, Layer> layers) {
    Stage first = stages.get(0);
    Shape shape = inputShape((InputQuantizer) first.conf());
    Conversion conversion = new Conversion();
    conversion.graph.reserve(stages.stream().map(Stage::name).toList());
    String input = conversion.graph.freeName("input");
    conversion.graph.input(Tensor.real(input, shape));
    conversion.tensors.put(first.input(), input);
    String output = input;
    for (Stage stage : stages) {
      output = conversion.add(stage, layers.get(stage.name()));
    }
    return new QuantizedModel(conversion.graph.build(output));
  }

  private static Shape inputShape(InputQuantizer quantizer) {
    if (quantizer.getQuantization().schedule().quantizeFrom() == Schedule.NEVER) {
      throw new IllegalStateException(
          "this network was prepared for training in floating point, so it has no codes: give"
              + " Qat.prepare another configuration, or take the trained network with Qat.restore");
    }
    int[] shape = quantizer.getInputShape();
    if (shape == null) {
      throw new IllegalStateException(
          "the prepared network has seen no data yet: fit at least one batch before converting");
    }
    return Shape.of(shape);
  }

  private String add(Stage stage, Layer layer) {
    boolean flat = stage.preprocessor() instanceof CnnToFeedForwardPreProcessor;
    List<String> inputs =
        stage.inputs().stream()
            .map(tensors::get)
            .map(input -> flat ? flatten(input) : input)
            .toList();
    String output = Forms.convert(stage, layer, inputs, graph);
    tensors.put(stage.name(), output);
    return output;
  }

  /** The flat view of a tensor, which all its readers share. */
  private String flatten(String input) {
    return flattened.computeIfAbsent(
        input,
        image -> {
          String name = graph.freeName(image + "_flat");
          graph.node(name, new MoveOp.Flatten(), List.of(image), name, graph.tensor(image).type());
          return name;
        });
  }
}
