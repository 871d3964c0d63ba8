package org.qat4j.training;

import java.util.List;
import java.util.Map;

/**
 * What preparation made of one layer, and why.
 *
 * @param name of the prepared layer; also the name of its tensor in the converted model
 * @param kind Deeplearning4j's name of what it computes
 * @param fused what was folded into it, in order; empty where nothing was
 * @param scale name of the layer whose scale its output codes have: its own where that is this
 *     layer's name; {@link #REAL} where its output is no codes
 * @param reason why it is as it is, for a person
 * @param weightBits bits of its weights, 32 where they stay real; 0 without weights
 * @param weights how its weights become codes, for a person; empty without weights
 * @param activationBits bits of its output codes; 0 where they are another layer's
 * @param activations how its output becomes codes, for a person; empty where that is another
 *     layer's work
 * @param kernels the family of training kernels that computes each of its operations, by the
 *     operation's name; empty where it computes none
 */
public record LayerSummary(
    String name,
    String kind,
    List<String> fused,
    String scale,
    String reason,
    int weightBits,
    String weights,
    int activationBits,
    String activations,
    Map<String, String> kernels) {
  /** In the place of a scale: the output is real numbers. */
  public static final String REAL = "";

  public LayerSummary {
    fused = List.copyOf(fused);
    kernels = Map.copyOf(kernels);
  }
}
