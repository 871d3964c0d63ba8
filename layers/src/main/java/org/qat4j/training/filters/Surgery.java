package org.qat4j.training.filters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.qat4j.pruning.FilterPruning;
import org.qat4j.training.filters.Flow.Step;
import org.qat4j.training.network.NetworkView;
import org.qat4j.training.network.Stage;

/** Chooses filters and makes the network without them. */
public final class Surgery {
  private Surgery() {}

  /**
   * A new network without the filters of the smallest L1 norm.
   *
   * @param network not modified
   * @throws IllegalArgumentException if what reads the filters of a layer cannot be followed,
   *     naming both, or a rule is about no layer
   */
  public static <N extends Model> NetworkView<N> remove(
      NetworkView<N> network, FilterPruning pruning) {
    Map<String, Layer> layers = network.layers();
    Flow flow = Flow.of(network.stages(), layers);
    choose(flow, pruning);
    NetworkView<N> smaller = network.build(flow.steps().stream().map(Surgery::smaller).toList());
    Map<String, Layer> targets = smaller.layers();
    for (Step step : flow.steps()) {
      String name = step.stage().name();
      if (layers.containsKey(name)) {
        Passage.of(step.stage())
            .parameters(step, layers.get(name).paramTable())
            .forEach((key, value) -> targets.get(name).getParam(key).assign(value));
      }
    }
    return smaller;
  }

  /** Channels that the same layers compute are chosen from together. */
  static void choose(Flow flow, FilterPruning pruning) {
    Map<NavigableSet<String>, List<Channel>> groups = new LinkedHashMap<>();
    for (Channel channel : flow.made()) {
      if (!channel.isFixed()) {
        groups.computeIfAbsent(channel.makers(), makers -> new ArrayList<>()).add(channel);
      }
    }
    if (groups.isEmpty()) {
      throw new IllegalArgumentException(
          "no layer of this network has filters that could be removed: they are those of"
              + " convolutions and of dense layers before the output");
    }
    pruning.requireEffect(
        groups.keySet().stream().flatMap(NavigableSet::stream).distinct().toList());
    groups.forEach((makers, channels) -> choose(makers, channels, pruning));
  }

  private static void choose(
      NavigableSet<String> makers, List<Channel> channels, FilterPruning pruning) {
    double fraction = makers.stream().mapToDouble(pruning::fractionOf).min().orElseThrow();
    // One at least stays.
    long count = Math.min(Math.round(fraction * channels.size()), channels.size() - 1L);
    if (count == 0) {
      return;
    }
    channels.forEach(channel -> requireFollowed(makers, channel));
    channels.stream()
        .sorted(Comparator.comparingDouble(Channel::norm))
        .limit(count)
        .forEach(Channel::remove);
  }

  private static void requireFollowed(NavigableSet<String> makers, Channel channel) {
    Stage obstacle = channel.obstacle();
    if (obstacle != null) {
      throw new IllegalArgumentException(
          "no filter of "
              + (makers.size() == 1 ? "layer '" + makers.first() + "'" : "layers " + makers)
              + " can be removed: their channels reach "
              + obstacle.describe()
              + ", through which they cannot be followed; leave "
              + (makers.size() == 1 ? "it" : "one of them")
              + " whole with FilterPruning.except(\""
              + makers.first()
              + "\")");
    }
  }

  private static Stage smaller(Step step) {
    Stage stage = step.stage();
    return new Stage(
        stage.name(),
        stage.index(),
        Passage.of(stage).smaller(step),
        preprocessor(step),
        stage.inputs());
  }

  private static InputPreProcessor preprocessor(Step step) {
    InputPreProcessor preprocessor = step.stage().preprocessor();
    long kept = step.input().kept().length;
    if (preprocessor == null || !step.input().isKnown()) {
      return preprocessor;
    }
    if (preprocessor instanceof CnnToFeedForwardPreProcessor flat) {
      long height = flat.getInputHeight();
      long width = flat.getInputWidth();
      return new CnnToFeedForwardPreProcessor(height, width, kept / (height * width));
    }
    FeedForwardToCnnPreProcessor images = (FeedForwardToCnnPreProcessor) preprocessor;
    return new FeedForwardToCnnPreProcessor(images.getInputHeight(), images.getInputWidth(), kept);
  }
}
