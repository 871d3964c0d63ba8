package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.training.network.Stage;

/**
 * Turns the layers of a network into those of a prepared one: fuses convolution or dense layers
 * with the batch normalization and activation behind them, lets codes pass through pooling, and
 * refuses what could not be deployed.
 */
public final class Fusion {
  private Fusion() {}

  /**
   * The plan of a prepared network, which depends on the original's structure alone: its layers,
   * quantized to 8 bits until a configuration says otherwise, and what each comes from. Of a
   * recurrent network it is the {@link RecurrentPlan}.
   *
   * @param original layers in execution order
   * @throws IllegalArgumentException if the network is prepared already, or holds a vertex that
   *     cannot be quantized
   * @throws UnsupportedLayerException if a layer cannot be quantized
   */
  public static List<Prepared> fuse(List<Stage> original) {
    if (RecurrentPlan.isRecurrent(original)) {
      return RecurrentPlan.plan(original);
    }
    if (original.stream().anyMatch(stage -> stage.thawed().conf() instanceof InputQuantizer)) {
      throw new IllegalArgumentException(
          "this network is prepared already: prepare its original, which Qat.restore gives back");
    }
    Widths.requireMergeable(original);
    Draft draft = new Draft(original);
    prepare(draft.input(), draft);
    for (Stage stage : original) {
      if (!draft.hasAbsorbed(stage)) {
        Stage here = draft.inPlaceOf(stage);
        requireCodesReach(here);
        prepare(here, draft);
      }
    }
    return draft.prepared();
  }

  private static void prepare(Stage stage, Draft draft) {
    Forms.of(stage).prepare(stage, draft);
  }

  /** Codes can be flattened, and before the first of them anything may happen. */
  private static void requireCodesReach(Stage stage) {
    if (stage.conf() instanceof Layer && stage.inputs().size() != 1) {
      throw new UnsupportedLayerException(
          stage, "has " + stage.inputs().size() + " inputs; expected 1");
    }
    if (stage.preprocessor() != null
        && !(stage.preprocessor() instanceof CnnToFeedForwardPreProcessor)) {
      throw new UnsupportedLayerException(
          stage,
          "reshapes its input by "
              + stage.preprocessor().getClass().getSimpleName()
              + "; inside a network only CnnToFeedForwardPreProcessor has an integer form");
    }
  }
}
