package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Requantization;
import org.qat4j.layers.Activations;
import org.qat4j.layers.QuantizedBlock;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.network.Stage;

/**
 * A convolution or dense layer with the batch normalization and the clamp behind it. Its own
 * activation function becomes a layer where it is no clamp.
 */
abstract class LinearForm<L extends FeedForwardLayer> extends QuantizingForm<L, QuantizedBlock> {
  LinearForm(Class<L> type) {
    super(type, QuantizedBlock.class);
  }

  /** Checks what only this kind has. */
  abstract void requireSupported(Stage stage, L layer);

  /** How many products an output value is the sum of. */
  abstract long fanIn(L layer);

  @Override
  boolean isFormOf(Serializable conf) {
    return conf instanceof QuantizedBlock block && accepts(block.getLinear());
  }

  @Override
  long width(Stage stage, Widths widths) {
    return widths.trained(stage, conf(stage));
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    requireSupported(stage, conf(stage));
    addBlock(stage, stage, conf(stage), Origin.of(stage), draft);
  }

  /**
   * Adds a block, and what becomes of its activation function.
   *
   * @param source the original layer
   * @param stage where the block stands
   */
  static void addBlock(
      Stage source, Stage stage, FeedForwardLayer linear, Origin origin, Draft draft) {
    IActivation own = linear.getActivationFn();
    ActivationForm.requireSupported(source, own);
    Chain behind =
        own instanceof ActivationIdentity ? draft.readers().chainBehind(stage) : Chain.NONE;
    QuantizedBlock block =
        new QuantizedBlock(
            stage.name(),
            draft.quantizer(stage.input()),
            linear,
            behind.norm().map(norm -> (BatchNormalization) norm.conf()).orElse(null),
            behind.function().orElse(Activations.clampOf(own)));
    List<Origin> origins = new ArrayList<>(List.of(origin));
    behind.norm().map(Origin::of).ifPresent(origins::add);
    draft.quantizing(new Prepared(source, stage.with(block), origins));
    if (!Activations.isFusible(own)) {
      ActivationForm.addBehind(source, stage, own, draft);
    }
    draft.absorb(stage, behind);
  }

  /** Takes what a part of a layer trains with. */
  static void copySettings(FeedForwardLayer from, FeedForwardLayer to) {
    to.setNIn(from.getNIn());
    to.setNOut(from.getNOut());
    to.setWeightInitFn(from.getWeightInitFn());
    to.setBiasInit(from.getBiasInit());
    to.setIUpdater(from.getIUpdater());
    to.setBiasUpdater(from.getBiasUpdater());
    to.setRegularization(from.getRegularization());
    to.setRegularizationBias(from.getRegularizationBias());
    to.setGradientNormalization(from.getGradientNormalization());
    to.setGradientNormalizationThreshold(from.getGradientNormalizationThreshold());
  }

  /**
   * Checks also that the weights can be shared out to their scales, and that the accumulator cannot
   * overflow.
   */
  @Override
  final void requireDeployable(Prepared next, List<QuantizingConf> inputs) {
    super.requireDeployable(next, inputs);
    QuantizedBlock block = prepared(next.stage());
    if (isExempt(block)) {
      return;
    }
    WeightScheme weights = block.getQuantization().weights();
    ActivationScheme codes = inputs.get(0).getQuantization().activations();
    int reach = codes.reach(clip(inputs.get(0)));
    requireAccepted(
        next.source(),
        () -> {
          weights.groupsOf(block.getLinear().getNOut());
          Requantization.requireAccumulatorFits(
              fanIn(type().cast(block.getLinear())),
              weights.codes(),
              weights.reach(),
              codes.codes(),
              reach);
        });
  }

  @Override
  String kind(QuantizedBlock block) {
    return type().getSimpleName();
  }

  @Override
  Optional<WeightScheme> weights(QuantizedBlock block) {
    return Optional.of(block.getQuantization().weights());
  }

  @Override
  List<String> fused(QuantizedBlock block) {
    List<String> fused = new ArrayList<>();
    if (block.getNorm() != null) {
      fused.add("BatchNormalization");
    }
    fused.addAll(super.fused(block));
    return fused;
  }

  @Override
  String reason(QuantizedBlock block) {
    List<String> reasons = new ArrayList<>();
    if (isExempt(block)) {
      reasons.add(EXEMPT);
    }
    if (block.getNorm() != null) {
      reasons.add(
          "batch norm only scales and shifts each channel, so it folds into "
              + (isExempt(block) ? "the weights and the bias" : "weight scales and bias"));
    }
    if (!clip(block).equals(Clip.NONE)) {
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
}
