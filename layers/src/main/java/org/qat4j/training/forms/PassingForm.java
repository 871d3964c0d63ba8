package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.qat4j.training.network.Stage;

/**
 * A form whose layers have their input's codes, or work behind the last ones. Prepared networks
 * hold the same Deeplearning4j layer or a subclass of it.
 */
abstract class PassingForm<L extends Layer> extends LayerForm<L, L> {
  private final Description.Scale scale;
  private final String reason;

  PassingForm(Class<L> type, Description.Scale scale, String reason) {
    super(type, type);
    this.scale = scale;
    this.reason = reason;
  }

  /**
   * Checks a layer and says what stands in its place.
   *
   * @throws UnsupportedLayerException if this layer cannot be quantized
   */
  abstract L supported(Stage stage, L layer);

  @Override
  boolean accepts(Serializable conf) {
    return type().isInstance(conf);
  }

  @Override
  final boolean isFormOf(Serializable conf) {
    return accepts(conf);
  }

  @Override
  final void prepare(Stage stage, Draft draft) {
    draft.passing(stage, stage.with(supported(stage, conf(stage))));
  }

  String kind() {
    return type().getSimpleName();
  }

  @Override
  final Description describe(L layer) {
    return new Description(kind(), List.of(), scale, reason, Optional.empty());
  }
}
