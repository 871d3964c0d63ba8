package org.qat4j.training.filters;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.qat4j.training.network.Stage;

/** Follows each channel through a network. */
final class Flow {

  /**
   * One layer with what comes in, behind its preprocessor, and what goes out.
   *
   * @param inputs of each input
   */
  record Step(Stage stage, List<Channels> inputs, Channels output) {
    Channels input() {
      return inputs.get(0);
    }
  }

  private final Map<String, Channels> tensors = new HashMap<>();
  private final List<Step> steps = new ArrayList<>();

  private Flow() {}

  /**
   * @param stages of an original network, in execution order
   * @param layers the running ones by name
   */
  static Flow of(List<Stage> stages, Map<String, Layer> layers) {
    Flow flow = new Flow();
    stages.forEach(stage -> flow.add(stage, layers.get(stage.name())));
    Set<String> read = new HashSet<>();
    stages.forEach(stage -> read.addAll(stage.inputs()));
    flow.steps.stream()
        .filter(step -> !read.contains(step.stage().name()))
        .forEach(step -> step.output().all().forEach(Channel::fix));
    return flow;
  }

  List<Step> steps() {
    return steps;
  }

  /** All channels that have filters, each once, in the order of the network. */
  Set<Channel> made() {
    Set<Channel> made = new LinkedHashSet<>();
    for (Step step : steps) {
      step.output().all().stream()
          .map(Channel::whole)
          .filter(channel -> !channel.makers().isEmpty())
          .forEach(made::add);
    }
    return made;
  }

  private void add(Stage stage, Layer layer) {
    Passage passage = Passage.of(stage);
    List<Channels> inputs = new ArrayList<>();
    for (String input : stage.inputs()) {
      inputs.add(reshaped(stage, tensors.getOrDefault(input, Channels.UNKNOWN)));
    }
    Channels output = passage.output(stage, inputs);
    if (output.isKnown()) {
      passage
          .norms(stage, layer)
          .forEach((i, norm) -> output.all().get(i).madeBy(stage.name(), norm));
    }
    tensors.put(stage.name(), output);
    steps.add(new Step(stage, inputs, output));
  }

  /** What a layer's preprocessor makes of its input. */
  private static Channels reshaped(Stage stage, Channels input) {
    InputPreProcessor preprocessor = stage.preprocessor();
    if (preprocessor == null || !input.isKnown()) {
      return input;
    }
    if (preprocessor instanceof CnnToFeedForwardPreProcessor flat
        && flat.getFormat() == CNN2DFormat.NCHW) {
      return input.repeated(flat.getInputHeight() * flat.getInputWidth());
    }
    if (preprocessor instanceof FeedForwardToCnnPreProcessor images) {
      return input.gathered(images.getNumChannels());
    }
    input.all().forEach(channel -> channel.block(stage));
    return Channels.UNKNOWN;
  }
}
