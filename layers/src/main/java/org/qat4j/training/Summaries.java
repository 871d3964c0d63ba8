package org.qat4j.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.nd4j.linalg.activations.IActivation;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.layers.Activations;
import org.qat4j.layers.DropoutOnCopy;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.LossOnCopy;
import org.qat4j.layers.MaxPooling;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.QuantizedActivation;
import org.qat4j.layers.QuantizedBlock;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.layers.QuantizedNormalization;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.quantizers.WeightScheme;

/** Says for a person what each kind of prepared layer does. */
final class Summaries {
  private static final String OWN_SCALE =
      "its values have a range of their own, so they get a scale of their own";

  private static final String EXEMPT =
      "exempt: a rule leaves its weights real, so it runs in float32 between codes, which loading"
          + " must allow";

  /** Name of the layer whose scale a layer's output has. */
  private final Map<String, String> scales = new HashMap<>();

  private Summaries() {}

  /**
   * @param prepared in execution order
   * @throws IllegalArgumentException if the network was not prepared
   */
  static List<LayerSummary> of(List<Stage> prepared) {
    Stage.inputQuantizer(prepared);
    Summaries summaries = new Summaries();
    return prepared.stream().map(summaries::of).toList();
  }

  private LayerSummary of(Stage stage) {
    if (stage.layer() instanceof QuantizingConf layer) {
      scales.put(stage.name(), stage.name());
      Quantization bits = layer.getQuantization();
      return new LayerSummary(
          stage.name(),
          kind(layer),
          fused(layer),
          stage.name(),
          reason(layer),
          weights(layer).map(WeightScheme::bits).orElse(0),
          weights(layer).map(WeightScheme::toString).orElse(""),
          bits.activations().bits(),
          bits.activations().toString());
    }
    Layer layer = stage.layer();
    String scale =
        layer instanceof LossLayer ? LayerSummary.REAL : scales.get(stage.inputs().get(0));
    scales.put(stage.name(), scale);
    return new LayerSummary(
        stage.name(), kind(layer), List.of(), scale, passing(layer), 0, "", 0, "");
  }

  /** Layers on a copy are Deeplearning4j's own to the reader. */
  private static String kind(Layer layer) {
    boolean onCopy = layer instanceof LossOnCopy || layer instanceof DropoutOnCopy;
    return (onCopy ? layer.getClass().getSuperclass() : layer.getClass()).getSimpleName();
  }

  private static boolean isExempt(QuantizingConf layer) {
    return layer.getQuantization().weights().isReal();
  }

  /** A lone batch norm multiplies each channel by one exact weight. */
  private static Optional<WeightScheme> weights(QuantizingConf layer) {
    WeightScheme scheme = layer.getQuantization().weights();
    if (layer instanceof QuantizedNormalization) {
      return Optional.of(scheme.isReal() ? scheme : WeightScheme.uniform(8));
    }
    return layer instanceof QuantizedBlock ? Optional.of(scheme) : Optional.empty();
  }

  private static String kind(QuantizingConf layer) {
    if (layer instanceof QuantizedBlock block) {
      return block.getLinear().getClass().getSimpleName();
    }
    if (layer instanceof QuantizedMerge merge) {
      return merge.getKind() == QuantizedMerge.Kind.SUM ? "Add" : "Concat";
    }
    if (layer instanceof QuantizedActivation activation) {
      return operation(activation).map(Op::onnxName).orElse("Activation");
    }
    if (layer instanceof QuantizedPooling) {
      return "AveragePool";
    }
    return layer instanceof InputQuantizer ? "QuantizeLinear" : "BatchNormalization";
  }

  private static Optional<Op> operation(QuantizedActivation layer) {
    return Activations.operation(layer.getActivationFn());
  }

  private static List<String> fused(QuantizingConf layer) {
    List<String> fused = new ArrayList<>();
    if (layer instanceof QuantizedBlock block && block.getNorm() != null) {
      fused.add("BatchNormalization");
    }
    if (!(layer instanceof QuantizedActivation)
        && !Activations.clip(layer.getActivationFn()).equals(Clip.NONE)) {
      fused.add(Activations.clip(layer.getActivationFn()).toString());
    }
    return fused;
  }

  private static String reason(QuantizingConf layer) {
    if (layer instanceof QuantizedBlock block) {
      return block(block);
    }
    if (layer instanceof QuantizedMerge merge) {
      return merge.getKind() == QuantizedMerge.Kind.SUM
          ? "the sum has a range of its own, so each input keeps its scale and is requantized here"
          : "each input keeps its scale, for its other readers, and is requantized to one of all";
    }
    if (layer instanceof QuantizedNormalization) {
      return isExempt(layer)
          ? EXEMPT
          : "no convolution or dense layer directly before it could absorb it, so it multiplies and"
              + " adds by itself: on images as a 1x1 convolution of each channel, on features in float32"
              + " between codes, which loading must allow";
    }
    if (layer instanceof QuantizedActivation activation) {
      return activation(activation);
    }
    return layer instanceof InputQuantizer ? "turns the network's input into codes" : OWN_SCALE;
  }

  private static String activation(QuantizedActivation layer) {
    Optional<Op> operation = operation(layer);
    if (operation.isEmpty()) {
      return OWN_SCALE;
    }
    return operation.get().arithmetics().contains(Arithmetic.CODES)
        ? "it is no clamp, so it is an operation of its own on codes"
        : "it has no integer form, so it is exempt: it runs in float32 between codes, which loading"
            + " must allow";
  }

  private static String block(QuantizedBlock block) {
    List<String> reasons = new ArrayList<>();
    if (isExempt(block)) {
      reasons.add(EXEMPT);
    }
    if (block.getNorm() != null) {
      reasons.add(
          "batch norm only scales and shifts each channel, so it folds into "
              + (isExempt(block) ? "the weights and the bias" : "weight scales and bias"));
    }
    if (!Activations.clip(block.getActivationFn()).equals(Clip.NONE)) {
      reasons.add("the activation is a clamp, which requantization does anyway");
    }
    IActivation own = block.getLinear().getActivationFn();
    if (!Activations.isFusible(own)) {
      reasons.add("its activation " + own + " is no clamp, so it is a layer of its own behind");
    }
    return reasons.isEmpty()
        ? "no batch norm or activation directly behind it"
        : String.join("; ", reasons);
  }

  private static String passing(Layer layer) {
    if (layer instanceof MaxPooling) {
      return "the largest of some codes is one of them, so codes pass through unchanged";
    }
    if (layer instanceof ZeroPaddingLayer) {
      return "0 has a code, the zero point, so codes pass through with zero points around them";
    }
    if (layer instanceof Upsampling2D) {
      return "codes are repeated, so they pass through unchanged";
    }
    return layer instanceof DropoutLayer
        ? "does nothing in inference"
        : "exempt: it works on real values, after the last code";
  }
}
