package org.qat4j.training.dynamic;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToRnnPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.RnnToFeedForwardPreProcessor;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.training.network.NetworkView;
import org.qat4j.training.network.Stage;

/** Turns a trained network into a graph, layer by layer. */
public final class DynamicQuantization {
  private final List<Stage> stages;
  private final Map<String, Layer> layers;
  private final DynamicGraph graph;
  private final Map<String, String> tensors = new HashMap<>();

  private DynamicQuantization(NetworkView<?> network, DynamicConfig config) {
    stages = network.stages().stream().map(Stage::thawed).toList();
    layers = network.layers();
    graph = new DynamicGraph(config, stages);
  }

  /**
   * The graph of a network with one input and one output.
   *
   * @param network with parameters; not modified
   * @throws org.qat4j.training.forms.UnsupportedLayerException if a layer has no such form, naming
   *     it and the reason
   * @throws IllegalStateException if a parameter is NaN or infinite, naming it
   */
  public static Graph of(NetworkView<?> network, DynamicConfig config) {
    return new DynamicQuantization(network, config).convert();
  }

  private Graph convert() {
    stages.forEach(DynamicQuantization::requireSupported);
    Stage first = stages.get(0);
    tensors.put(first.input(), graph.input(inputShape()));
    String output = "";
    for (Stage stage : stages) {
      requireFinite(stage.name(), layers.get(stage.name()));
      List<String> inputs = stage.inputs().stream().map(tensors::get).toList();
      output = DynamicForms.convert(Part.of(stage, layers.get(stage.name())), inputs, graph);
      tensors.put(stage.name(), output);
    }
    return graph.build(output);
  }

  /** A vertex may have no layer. */
  private static void requireFinite(String name, Layer layer) {
    if (layer == null) {
      return;
    }
    layer
        .paramTable()
        .forEach(
            (key, parameter) -> {
              if (!Double.isFinite(parameter.sumNumber().doubleValue())) {
                throw new IllegalStateException(
                    "layer '"
                        + name
                        + "': parameter '"
                        + key
                        + "' holds NaN or infinity: the training has diverged; go back to an"
                        + " earlier state and lower the learning rate");
              }
            });
  }

  /** Between sequences and the rows of a matrix Deeplearning4j reshapes; a graph need not. */
  private static void requireSupported(Stage stage) {
    DynamicForms.of(stage, stage.conf());
    InputPreProcessor reshaping = stage.preprocessor();
    if (reshaping != null
        && !(reshaping instanceof RnnToFeedForwardPreProcessor)
        && !(reshaping instanceof FeedForwardToRnnPreProcessor)) {
      throw DynamicForms.refusal(
          stage, "has the preprocessor " + reshaping.getClass().getSimpleName());
    }
  }

  private Shape inputShape() {
    int width = inputWidth();
    boolean sequences = stages.stream().anyMatch(DynamicQuantization::readsSequences);
    return sequences ? Shape.of(graph.config().steps(), width) : Shape.of(width);
  }

  private static boolean readsSequences(Stage stage) {
    return stage.preprocessor() != null || DynamicForms.of(stage, stage.conf()).readsSequences();
  }

  /** What the first layer that says so takes, of those that read the input or what is like it. */
  private int inputWidth() {
    Set<String> asWide = new HashSet<>(Set.of(stages.get(0).input()));
    for (Stage stage : stages) {
      if (asWide.containsAll(stage.inputs())) {
        long width = DynamicForms.width(stage, stage.conf());
        if (width > 0) {
          return Math.toIntExact(width);
        }
        asWide.add(stage.name());
      }
    }
    throw DynamicForms.refusal(
        stages.get(0), "reads an input of a width that no layer behind it tells");
  }
}
