package org.qat4j.training.forms;

import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.qat4j.layers.QuantizedNormalization;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.network.Stage;

/** A batch normalization that nothing absorbed, with the clamp behind it. */
final class NormalizationForm extends QuantizingForm<BatchNormalization, QuantizedNormalization> {
  NormalizationForm() {
    super(BatchNormalization.class, QuantizedNormalization.class);
  }

  @Override
  long width(Stage stage, Widths widths) {
    return widths.trained(stage, conf(stage));
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    BatchNormalization norm = conf(stage);
    requireNchw(stage, norm.getCnn2DFormat());
    Chain behind = draft.readers().activationBehind(stage);
    QuantizedNormalization layer =
        new QuantizedNormalization(
            stage.name(),
            draft.quantizer(stage.input()),
            norm,
            behind.function().orElseGet(ActivationIdentity::new));
    draft.quantizing(new Prepared(stage, stage.with(layer), List.of(Origin.of(stage))));
    draft.absorb(stage, behind);
  }

  @Override
  String kind(QuantizedNormalization layer) {
    return "BatchNormalization";
  }

  @Override
  String reason(QuantizedNormalization layer) {
    return isExempt(layer)
        ? EXEMPT
        : "no convolution or dense layer directly before it could absorb it, so it multiplies and"
            + " adds by itself: on images as a 1x1 convolution of each channel, on features in float32"
            + " between codes, which loading must allow";
  }

  /** Each channel is multiplied by one exact weight. */
  @Override
  Optional<WeightScheme> weights(QuantizedNormalization layer) {
    return Optional.of(
        isExempt(layer) ? layer.getQuantization().weights() : WeightScheme.uniform(8));
  }
}
