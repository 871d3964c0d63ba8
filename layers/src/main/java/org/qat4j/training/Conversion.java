package org.qat4j.training;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.kernels.Geometry;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.QuantizingLayer;
import org.qat4j.layers.Schedule;

/** Turns a prepared, trained network into an integer graph, layer by layer, each as it infers. */
final class Conversion {
  private final Graph.Builder graph;
  private final Map<String, String> tensors = new HashMap<>();
  private final Map<String, String> flattened = new HashMap<>();
  private String output;

  private Conversion(String name) {
    this.graph = Graph.builder(name);
  }

  /**
   * @param layers finds the running layer of a stage
   * @throws IllegalArgumentException if the network was not prepared
   * @throws IllegalStateException if ranges were not observed yet
   */
  static QuantizedModel convert(List<Stage> stages, Function<Stage, Layer> layers) {
    InputQuantizer quantizer = Stage.inputQuantizer(stages);
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
    Conversion conversion = new Conversion("qat4j");
    Stage first = stages.get(0);
    conversion.graph.reserve(stages.stream().map(Stage::name).toList());
    String input = conversion.graph.freeName("input");
    conversion.graph.input(Tensor.real(input, Shape.of(shape)));
    conversion.tensors.put(first.input(), input);
    for (Stage stage : stages) {
      conversion.add(stage, layers.apply(stage));
    }
    return new QuantizedModel(conversion.graph.build(conversion.output));
  }

  private void add(Stage stage, Layer layer) {
    String input = tensors.get(stage.inputs().get(0));
    if (stage.preprocessor() instanceof CnnToFeedForwardPreProcessor) {
      input = flatten(input);
    }
    if (layer instanceof QuantizingLayer<?> quantizing) {
      quantizing.requireFinite();
      output =
          stage.inputs().size() == 1
              ? quantizing.appendTo(graph, List.of(input))
              : quantizing.appendTo(graph, stage.inputs().stream().map(tensors::get).toList());
    } else if (stage.layer() instanceof LossLayer loss) {
      output = dequantize(stage.name(), input, loss.getActivationFn() instanceof ActivationSoftmax);
    } else if (stage.layer() instanceof DropoutLayer) {
      output = input;
    } else {
      Tensor codes = graph.tensor(input);
      graph.node(
          stage.name(), moving(stage, codes.shape()), List.of(input), stage.name(), codes.type());
      output = stage.name();
    }
    tensors.put(stage.name(), output);
  }

  /** An operation that only moves codes, so that its output has its input's parameters. */
  private static Op moving(Stage stage, Shape input) {
    if (stage.layer() instanceof SubsamplingLayer pooling) {
      return new PoolOp.MaxPool(Geometry.of(pooling, input));
    }
    if (stage.layer() instanceof ZeroPaddingLayer padding) {
      int[] sides = padding.getPadding();
      return new MoveOp.Pad(sides[0], sides[2], sides[1], sides[3]);
    }
    if (stage.layer() instanceof Upsampling2D upsampling) {
      return new MoveOp.Upsample(upsampling.getSize()[0], upsampling.getSize()[1]);
    }
    throw new UnsupportedLayerException(
        stage,
        "was not prepared; replace classes with nOutReplace on the logits, or edit the original"
            + " network and prepare the result");
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

  private String dequantize(String name, String input, boolean softmax) {
    String real = softmax ? graph.freeName(input + "_real") : name;
    graph.node(real, new ConvertOp.Dequantize(), List.of(input), real, new Tensor.Real());
    if (softmax) {
      graph.node(name, new ChannelOp.Softmax(), List.of(real), name, new Tensor.Real());
    }
    return name;
  }
}
