package org.qat4j.training.forms;

import java.util.List;
import java.util.Optional;
import org.qat4j.quantizers.WeightScheme;

/**
 * What a prepared layer does, for a person.
 *
 * @param kind Deeplearning4j's name of what it computes
 * @param fused what was folded into it, in order
 * @param scale whose its output codes have
 * @param reason why it is as it is
 * @param weights how its weights become codes, if it has any
 */
public record Description(
    String kind, List<String> fused, Scale scale, String reason, Optional<WeightScheme> weights) {

  /** Whose scale a layer's output codes have. */
  public enum Scale {
    OWN,
    INPUTS,
    /** The output is real numbers. */
    NONE
  }
}
