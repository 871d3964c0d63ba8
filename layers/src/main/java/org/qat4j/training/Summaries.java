package org.qat4j.training;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.qat4j.graph.Clip;
import org.qat4j.layers.Activations;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.MaxPooling;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.QuantizedBlock;
import org.qat4j.layers.QuantizedMerge;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.layers.QuantizingConf;

/** Says for a person what each kind of prepared layer does. */
final class Summaries {
  private Summaries() {}

  static LayerSummary of(Stage stage) {
    Layer layer = stage.layer();
    if (layer instanceof InputQuantizer input) {
      return new LayerSummary(
          stage.name(),
          "QuantizeLinear",
          List.of(),
          "turns the network's input into codes",
          0,
          input.getQuantization().activations().bits());
    }
    if (layer instanceof QuantizedBlock block) {
      return block(stage, block);
    }
    if (layer instanceof QuantizingConf quantizing) {
      return parameterFree(stage, quantizing);
    }
    return new LayerSummary(
        stage.name(), layer.getClass().getSimpleName(), List.of(), passing(layer), 0, 0);
  }

  private static String passing(Layer layer) {
    if (layer instanceof MaxPooling) {
      return "the largest of some codes is one of them, so codes pass through unchanged";
    }
    return layer instanceof DropoutLayer
        ? "does nothing in inference"
        : "works on real values, after the last code";
  }

  private static LayerSummary parameterFree(Stage stage, QuantizingConf layer) {
    String kind =
        layer instanceof QuantizedMerge merge
            ? merge.getKind() == QuantizedMerge.Kind.SUM ? "Add" : "Concat"
            : layer instanceof QuantizedPooling ? "AveragePool" : "Activation";
    Clip clip = Activations.clip(layer.getActivationFn());
    List<String> fused =
        layer instanceof QuantizedMerge && !clip.equals(Clip.NONE)
            ? List.of(clip.toString())
            : List.of();
    return new LayerSummary(
        stage.name(),
        kind,
        fused,
        "its values have a range of their own, so they get a scale of their own",
        0,
        layer.getQuantization().activations().bits());
  }

  private static LayerSummary block(Stage stage, QuantizedBlock block) {
    List<String> fused = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    if (block.getNorm() != null) {
      fused.add("BatchNormalization");
      reasons.add(
          "batch norm only scales and shifts each channel, so it folds into weight scales and bias");
    }
    Clip clip = Activations.clip(block.getActivationFn());
    if (!clip.equals(Clip.NONE)) {
      fused.add(clip.toString());
      reasons.add("the activation is a clamp, which requantization does anyway");
    }
    if (fused.isEmpty()) {
      reasons.add("no batch norm or activation directly behind it");
    }
    Quantization quantization = block.getQuantization();
    return new LayerSummary(
        stage.name(),
        block.getLinear().getClass().getSimpleName(),
        fused,
        String.join("; ", reasons),
        quantization.weights().bits(),
        quantization.activations().bits());
  }
}
