package org.qat4j.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.forms.Description;
import org.qat4j.training.forms.Forms;
import org.qat4j.training.network.Stage;

/** Says for a person what each layer of a prepared network does, and whose scale its codes have. */
final class Summaries {
  private Summaries() {}

  /**
   * @param prepared in execution order
   */
  static List<LayerSummary> of(List<Stage> prepared) {
    Map<String, String> scales = new HashMap<>();
    List<LayerSummary> summaries = new ArrayList<>();
    for (Stage stage : prepared) {
      Description description = Forms.describe(stage);
      String scale =
          switch (description.scale()) {
            case OWN -> stage.name();
            case INPUTS -> scales.get(stage.input());
            case NONE -> LayerSummary.REAL;
          };
      scales.put(stage.name(), scale);
      summaries.add(summary(stage, description, scale));
    }
    return summaries;
  }

  private static LayerSummary summary(Stage stage, Description description, String scale) {
    Optional<WeightScheme> weights = description.weights();
    Optional<ActivationScheme> activations =
        stage.conf() instanceof QuantizingConf layer
            ? Optional.of(layer.getQuantization().activations())
            : Optional.empty();
    return new LayerSummary(
        stage.name(),
        description.kind(),
        description.fused(),
        scale,
        description.reason(),
        weights.map(WeightScheme::bits).orElse(0),
        weights.map(WeightScheme::toString).orElse(""),
        activations.map(ActivationScheme::bits).orElse(0),
        activations.map(ActivationScheme::toString).orElse(""));
  }
}
