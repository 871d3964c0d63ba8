package org.qat4j.training.filters;

import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.convolutional.Cropping2D;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.training.filters.Flow.Step;
import org.qat4j.training.network.Stage;

/** How channels pass through one kind of layer or vertex, and what it is with fewer of them. */
abstract class Passage {
  /** Deeplearning4j's names of weights, of a separable convolution's second half, of the bias. */
  private static final String WEIGHT = "W";

  private static final String POINTWISE = "pW";
  private static final String BIAS = "b";

  private static final Passage THROUGH = new Through();
  private static final Passage CONVOLUTION = new Filters(0, 1);
  private static final Passage DENSE = new Filters(1, 0);

  /** Subclasses may compute something else, so they are not followed. */
  private static final Map<Class<?>, Passage> BY_TYPE =
      Map.ofEntries(
          Map.entry(ConvolutionLayer.class, CONVOLUTION),
          Map.entry(DepthwiseConvolution2D.class, new Depthwise()),
          Map.entry(SeparableConvolution2D.class, new Separable()),
          Map.entry(DenseLayer.class, DENSE),
          Map.entry(OutputLayer.class, DENSE),
          Map.entry(BatchNormalization.class, new Norm()),
          Map.entry(ActivationLayer.class, THROUGH),
          Map.entry(SubsamplingLayer.class, THROUGH),
          Map.entry(GlobalPoolingLayer.class, THROUGH),
          Map.entry(ZeroPaddingLayer.class, THROUGH),
          Map.entry(Cropping2D.class, THROUGH),
          Map.entry(Upsampling2D.class, THROUGH),
          Map.entry(DropoutLayer.class, THROUGH),
          Map.entry(LossLayer.class, THROUGH),
          Map.entry(ElementWiseVertex.class, new Together()),
          Map.entry(MergeVertex.class, new Beside()));

  /** That of a layer or vertex; whatever is not known cannot be followed. */
  static Passage of(Stage stage) {
    Passage passage = BY_TYPE.get(stage.conf().getClass());
    boolean lies = !(stage.conf() instanceof FeedForwardLayer layer) || Axes.areUsual(layer);
    return passage == null || !lies ? new Obstacle() : passage;
  }

  /**
   * The channels that come out.
   *
   * @param inputs behind the preprocessor
   */
  abstract Channels output(Stage stage, List<Channels> inputs);

  /** The L1 norm of each filter, by its place in the output; none where there are no filters. */
  Map<Integer, Double> norms(Stage stage, org.deeplearning4j.nn.api.Layer layer) {
    return Map.of();
  }

  /** The layer with the channels that stay. */
  Serializable smaller(Step step) {
    return step.stage().conf();
  }

  /** The parameters that stay. */
  Map<String, INDArray> parameters(Step step, Map<String, INDArray> all) {
    return all;
  }

  /** Fewer inputs and outputs, where they are known. */
  static FeedForwardLayer resized(Step step) {
    FeedForwardLayer layer = (FeedForwardLayer) step.stage().layer().clone();
    if (step.input().isKnown()) {
      layer.setNIn(step.input().kept().length);
    }
    if (step.output().isKnown()) {
      layer.setNOut(step.output().kept().length);
    }
    return layer;
  }

  /** What gives as many channels as it takes, each for itself. */
  private static class Through extends Passage {
    @Override
    Channels output(Stage stage, List<Channels> inputs) {
      if (stage.conf() instanceof ActivationLayer layer
          && layer.getActivationFn() instanceof ActivationSoftmax) {
        inputs.get(0).all().forEach(channel -> channel.block(stage));
      }
      return inputs.get(0);
    }

    @Override
    Serializable smaller(Step step) {
      boolean counts = step.stage().conf() instanceof FeedForwardLayer layer && layer.getNIn() > 0;
      return counts ? resized(step) : step.stage().conf();
    }
  }

  private static final class Norm extends Through {
    @Override
    Map<String, INDArray> parameters(Step step, Map<String, INDArray> all) {
      Map<String, INDArray> kept = new HashMap<>();
      all.forEach((key, value) -> kept.put(key, Axes.keepLast(value, step.output())));
      return kept;
    }
  }

  /** A convolution or dense layer: each output is computed by a filter of its own. */
  private static final class Filters extends Passage {
    private final int outputs;
    private final int inputs;

    /** Axes of its weights. */
    Filters(int outputs, int inputs) {
      this.outputs = outputs;
      this.inputs = inputs;
    }

    @Override
    Channels output(Stage stage, List<Channels> in) {
      return fresh(stage);
    }

    @Override
    Map<Integer, Double> norms(Stage stage, org.deeplearning4j.nn.api.Layer layer) {
      return Axes.norms(layer.getParam(WEIGHT), outputs);
    }

    @Override
    Serializable smaller(Step step) {
      return resized(step);
    }

    @Override
    Map<String, INDArray> parameters(Step step, Map<String, INDArray> all) {
      Map<String, INDArray> kept = withBias(step, all);
      INDArray weights = Axes.keep(all.get(WEIGHT), inputs, step.input());
      kept.put(WEIGHT, Axes.keep(weights, outputs, step.output()));
      return kept;
    }
  }

  private static Channels fresh(Stage stage) {
    Channels fresh = Channels.fresh(((FeedForwardLayer) stage.conf()).getNOut());
    if (((BaseLayer) stage.conf()).getActivationFn() instanceof ActivationSoftmax
        || (stage.conf() instanceof DenseLayer dense && dense.hasLayerNorm())) {
      fresh.all().forEach(channel -> channel.block(stage));
    }
    return fresh;
  }

  private static Map<String, INDArray> withBias(Step step, Map<String, INDArray> all) {
    Map<String, INDArray> kept = new HashMap<>(all);
    kept.computeIfPresent(BIAS, (key, bias) -> Axes.keepLast(bias, step.output()));
    return kept;
  }

  /** Filters that belong to one input channel each, and go with it. */
  private static final class Depthwise extends Passage {
    @Override
    Channels output(Stage stage, List<Channels> inputs) {
      return inputs.get(0).repeated(multiplier(stage));
    }

    private static int multiplier(Stage stage) {
      return ((DepthwiseConvolution2D) stage.conf()).getDepthMultiplier();
    }

    @Override
    Map<Integer, Double> norms(Stage stage, org.deeplearning4j.nn.api.Layer layer) {
      INDArray weights = layer.getParam(WEIGHT);
      long outputs = weights.size(2) * weights.size(3);
      return Axes.norms(weights.dup('c').reshape('c', weights.length() / outputs, outputs), 1);
    }

    @Override
    Serializable smaller(Step step) {
      return resized(step);
    }

    @Override
    Map<String, INDArray> parameters(Step step, Map<String, INDArray> all) {
      Map<String, INDArray> kept = withBias(step, all);
      kept.put(WEIGHT, Axes.keep(all.get(WEIGHT), 2, step.input()));
      return kept;
    }
  }

  private static final class Separable extends Passage {
    @Override
    Channels output(Stage stage, List<Channels> inputs) {
      return fresh(stage);
    }

    @Override
    Map<Integer, Double> norms(Stage stage, org.deeplearning4j.nn.api.Layer layer) {
      return Axes.norms(layer.getParam(POINTWISE), 0);
    }

    @Override
    Serializable smaller(Step step) {
      return resized(step);
    }

    @Override
    Map<String, INDArray> parameters(Step step, Map<String, INDArray> all) {
      int multiplier = ((SeparableConvolution2D) step.stage().conf()).getDepthMultiplier();
      Map<String, INDArray> kept = withBias(step, all);
      kept.put(WEIGHT, Axes.keep(all.get(WEIGHT), 1, step.input()));
      INDArray inputs = Axes.keep(all.get(POINTWISE), 1, step.input().repeated(multiplier));
      kept.put(POINTWISE, Axes.keep(inputs, 0, step.output()));
      return kept;
    }
  }

  /** Sums and the like: channels at the same place are one. */
  private static final class Together extends Passage {
    @Override
    Channels output(Stage stage, List<Channels> inputs) {
      Channels first = inputs.get(0);
      boolean equal = inputs.stream().map(each -> each.all().size()).distinct().count() == 1;
      if (!equal || !first.isKnown()) {
        return new Obstacle().output(stage, inputs);
      }
      for (Channels other : inputs) {
        for (int i = 0; i < first.all().size(); i++) {
          first.all().get(i).unite(other.all().get(i));
        }
      }
      return first;
    }
  }

  /** A concatenation. */
  private static final class Beside extends Passage {
    @Override
    Channels output(Stage stage, List<Channels> inputs) {
      boolean usual = ((MergeVertex) stage.conf()).getMergeAxis() == MergeVertex.DEFAULT_MERGE_DIM;
      if (!usual || !inputs.stream().allMatch(Channels::isKnown)) {
        return new Obstacle().output(stage, inputs);
      }
      return new Channels(inputs.stream().flatMap(input -> input.all().stream()).toList());
    }
  }

  /** What nobody knows: all that comes in stays, and so does all that goes out. */
  private static final class Obstacle extends Passage {
    @Override
    Channels output(Stage stage, List<Channels> inputs) {
      inputs.forEach(input -> input.all().forEach(channel -> channel.block(stage)));
      return Channels.UNKNOWN;
    }
  }
}
