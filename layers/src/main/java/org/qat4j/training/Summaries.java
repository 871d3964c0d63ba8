package org.qat4j.training;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.api.Layer;
import org.qat4j.layers.KernelUser;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.forms.Description;
import org.qat4j.training.forms.Forms;
import org.qat4j.training.forms.RecurrentPlan;
import org.qat4j.training.network.Stage;

/** Says for a person what each layer of a prepared network does, and whose scale its codes have. */
final class Summaries {
  private Summaries() {}

  /**
   * @param prepared in execution order
   * @param layers the running ones by name
   */
  static List<LayerSummary> of(List<Stage> prepared, Map<String, Layer> layers) {
    Map<String, String> scales = new HashMap<>();
    List<LayerSummary> summaries = new ArrayList<>();
    boolean recurrent = RecurrentPlan.isRecurrent(prepared);
    for (Stage stage : prepared) {
      Description description = recurrent ? RecurrentPlan.describe(stage) : Forms.describe(stage);
      String scale =
          switch (description.scale()) {
            case OWN -> stage.name();
            case INPUTS -> scales.get(stage.input());
            case NONE -> LayerSummary.REAL;
          };
      scales.put(stage.name(), scale);
      summaries.add(summary(stage, description, scale, layers.get(stage.name())));
    }
    return summaries;
  }

  private static LayerSummary summary(
      Stage stage, Description description, String scale, Layer layer) {
    Optional<WeightScheme> weights = description.weights();
    Optional<ActivationScheme> activations =
        stage.conf() instanceof QuantizingConf conf
            ? Optional.of(conf.getQuantization().activations())
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
        activations.map(ActivationScheme::toString).orElse(""),
        layer instanceof KernelUser user ? user.kernelFamilies() : Map.of());
  }
}
