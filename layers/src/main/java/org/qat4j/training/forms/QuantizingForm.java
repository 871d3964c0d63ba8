package org.qat4j.training.forms;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.layers.Activations;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.layers.QuantizingLayer;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.network.Stage;

/** A form whose layers have codes of their own. */
abstract class QuantizingForm<L, P extends QuantizingConf> extends LayerForm<L, P> {
  static final String EXEMPT =
      "exempt: a rule leaves its weights real, so it runs in float32 between codes, which loading"
          + " must allow";

  QuantizingForm(Class<L> type, Class<P> preparedType) {
    super(type, preparedType);
  }

  abstract String kind(P layer);

  List<String> fused(P layer) {
    Clip clip = clip(layer);
    return clip.equals(Clip.NONE) ? List.of() : List.of(clip.toString());
  }

  String reason(P layer) {
    return "its values have a range of their own, so they get a scale of their own";
  }

  Optional<WeightScheme> weights(P layer) {
    return Optional.empty();
  }

  static Clip clip(QuantizingConf layer) {
    return Activations.clip(Activations.clampOf(layer.getActivationFn()));
  }

  static boolean isExempt(QuantizingConf layer) {
    return layer.getQuantization().weights().isReal();
  }

  @Override
  final Description describe(P layer) {
    return new Description(
        kind(layer), fused(layer), Description.Scale.OWN, reason(layer), weights(layer));
  }

  @Override
  final String convert(Stage stage, Layer running, List<String> inputs, Graph.Builder graph) {
    QuantizingLayer<?> layer = (QuantizingLayer<?>) running;
    layer.requireFinite();
    return layer.appendTo(graph, inputs);
  }

  /**
   * Checks that a layer can be deployed as it is to be quantized: conversion would refuse it, after
   * training.
   *
   * @param next with its quantization
   * @param inputs the layers whose codes come in
   * @throws UnsupportedLayerException if it cannot
   */
  void requireDeployable(Prepared next, List<QuantizingConf> inputs) {
    P layer = prepared(next.stage());
    requireAccepted(
        next.source(), () -> layer.getQuantization().activations().requireFits(clip(layer)));
  }

  static void requireAccepted(Stage stage, Runnable check) {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      throw new UnsupportedLayerException(stage, "could not be deployed: " + e.getMessage());
    }
  }
}
