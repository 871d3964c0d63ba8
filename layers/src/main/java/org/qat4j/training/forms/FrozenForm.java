package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.graph.FrozenVertex;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.qat4j.training.network.Stage;

/** What Deeplearning4j holds still, so that its ranges would never be observed. */
final class FrozenForm extends Form<Serializable> {
  private static final String ADVICE =
      "prepare the network unfrozen, fit at least one batch, and then freeze";

  FrozenForm() {
    super(Serializable.class);
  }

  /** It is always refused. */
  @Override
  List<String> names() {
    return List.of();
  }

  @Override
  boolean accepts(Serializable conf) {
    return conf instanceof FrozenLayer || conf instanceof FrozenVertex;
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    throw stage.conf() instanceof FrozenLayer
        ? new UnsupportedLayerException(
            stage, "is frozen, so its activation range would never be observed; " + ADVICE)
        : Forms.refusal(stage, ADVICE);
  }
}
