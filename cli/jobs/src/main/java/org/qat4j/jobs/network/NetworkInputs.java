package org.qat4j.jobs.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BaseOutputLayer;
import org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.deeplearning4j.nn.conf.preprocessor.FeedForwardToCnnPreProcessor;
import org.qat4j.cli.data.InputSpec;
import org.qat4j.cli.error.UserException;
import org.qat4j.training.network.Stage;

/**
 * Finds out what a network takes and how many classes it tells apart. Deeplearning4j does not keep
 * the type of a network's input: it follows from its layers. Where they would take images of
 * several sizes, all of these are found.
 */
final class NetworkInputs {
  private static final int LARGEST = 1024;

  private final String name;
  private final List<Stage> stages;

  private NetworkInputs(String name, List<Stage> stages) {
    this.name = name;
    this.stages = stages;
  }

  /**
   * What a network takes and gives.
   *
   * @param inputs what it can take
   * @param classes how many it tells apart
   */
  record Found(InputSpec inputs, int classes) {}

  /**
   * Looks at all layers.
   *
   * @param name of the network, for messages
   * @throws UserException if it takes neither images nor features, gives no scores of classes, or
   *     has no loss
   */
  static Found of(String name, Network network) {
    List<Stage> stages;
    try {
      stages = network.stages().stream().map(Stage::thawed).toList();
    } catch (IllegalArgumentException e) {
      throw new UserException(name + ": " + e.getMessage(), e);
    }
    NetworkInputs found = new NetworkInputs(name, stages);
    found.requireLoss();
    return found.find();
  }

  private void requireLoss() {
    Stage last = stages.get(stages.size() - 1);
    if (!(last.conf() instanceof BaseOutputLayer || last.conf() instanceof LossLayer)) {
      throw new UserException(
          name
              + ": its last "
              + last.describe()
              + " has no loss, so that it cannot be trained; end it in an OutputLayer or a LossLayer");
    }
  }

  private Found find() {
    Stage first = stages.get(0);
    if (first.preprocessor() instanceof FeedForwardToCnnPreProcessor images) {
      int channels = (int) images.getNumChannels();
      int height = (int) images.getInputHeight();
      int width = (int) images.getInputWidth();
      InputType type = InputType.feedForward((long) channels * height * width);
      return new Found(InputSpec.images(name, channels, height, width).flat(true), classes(type));
    }
    for (Stage stage : stages) {
      if (stage.conf() instanceof BaseRecurrentLayer) {
        throw new UserException(
            name
                + ": its "
                + stage.describe()
                + " takes sequences; give a network of images or features");
      }
      if (stage.conf() instanceof ConvolutionLayer convolution) {
        requireNchw(stage, convolution.getCnn2dDataFormat());
        return images((int) convolution.getNIn());
      }
      if (stage.preprocessor() instanceof CnnToFeedForwardPreProcessor flat) {
        return images((int) flat.getNumChannels());
      }
      if (isDense(stage)) {
        int features = (int) ((FeedForwardLayer) stage.conf()).getNIn();
        return new Found(InputSpec.rows(name, features), classes(InputType.feedForward(features)));
      }
    }
    throw new UserException(
        name
            + ": none of its layers says whether it takes images or features: it has neither a"
            + " convolution nor a dense layer");
  }

  private void requireNchw(Stage stage, CNN2DFormat format) {
    if (format != CNN2DFormat.NCHW) {
      throw new UserException(
          name
              + ": its "
              + stage.describe()
              + " has data format NHWC; build the network with NCHW");
    }
  }

  private static boolean isDense(Stage stage) {
    return stage.conf() instanceof FeedForwardLayer
        && !(stage.conf() instanceof BatchNormalization)
        && !(stage.conf() instanceof LossLayer);
  }

  private Found images(int channels) {
    List<Integer> heights = new ArrayList<>();
    List<Integer> widths = new ArrayList<>();
    int classes = 0;
    for (int size = 1; size <= LARGEST; size++) {
      Pass pass = new Pass();
      try {
        InputType type = pass.run(InputType.convolutional(size, size, channels));
        if (pass.fitsHeight) {
          heights.add(size);
        }
        if (pass.fitsWidth) {
          widths.add(size);
        }
        if (classes == 0 && (pass.fitsHeight || pass.fitsWidth)) {
          classes = scores(type);
        }
      } catch (RuntimeException e) {
        if (e instanceof UserException known) {
          throw known;
        }
        // Deeplearning4j throws many things at a size that is too small.
      }
    }
    if (heights.isEmpty() || widths.isEmpty()) {
      throw new UserException(
          name + ": its layers take images of no size up to " + LARGEST + "x" + LARGEST);
    }
    return new Found(new InputSpec(name, channels, heights, widths, 0, false), classes);
  }

  private int classes(InputType input) {
    Pass pass = new Pass();
    try {
      return scores(pass.run(input));
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new UserException(name + ": its layers do not fit together: " + e.getMessage(), e);
    }
  }

  private int scores(InputType output) {
    if (!(output instanceof InputType.InputTypeFeedForward scores) || scores.getSize() < 2) {
      throw new UserException(
          name + ": gives " + output + "; expected one score for each of two or more classes");
    }
    return (int) scores.getSize();
  }

  /** What one type of input becomes on its way. */
  private final class Pass {
    private final Map<String, InputType> types = new HashMap<>();
    private boolean fitsHeight = true;
    private boolean fitsWidth = true;

    InputType run(InputType input) {
      InputType last = input;
      for (Stage stage : stages) {
        InputType[] inputs =
            stage.inputs().stream()
                .map(name -> types.getOrDefault(name, input))
                .toArray(InputType[]::new);
        last = output(stage, inputs);
        types.put(stage.name(), last);
      }
      return last;
    }

    private InputType output(Stage stage, InputType[] inputs) {
      if (stage.conf() instanceof GraphVertex vertex) {
        return vertex.getOutputType(stage.index(), inputs);
      }
      InputType input = inputs[0];
      InputPreProcessor preprocessor = stage.preprocessor();
      if (preprocessor instanceof CnnToFeedForwardPreProcessor flat
          && input instanceof InputType.InputTypeConvolutional image) {
        fitsHeight &= image.getHeight() == flat.getInputHeight();
        fitsWidth &= image.getWidth() == flat.getInputWidth();
        return ((Layer) stage.conf())
            .getOutputType(
                stage.index(),
                InputType.feedForward(
                    flat.getInputHeight() * flat.getInputWidth() * flat.getNumChannels()));
      }
      return ((Layer) stage.conf())
          .getOutputType(
              stage.index(), preprocessor == null ? input : preprocessor.getOutputType(input));
    }
  }
}
