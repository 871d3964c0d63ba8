package org.qat4j.pruning;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The weights of one layer and which of them were removed.
 *
 * <p>The mask is a parameter of the network, as ranges are: greater than 0 where a weight was
 * removed. So all that copies, saves, averages or restores parameters handles it, and what workers
 * average is zero where any of them removed it.
 */
public final class WeightMask {
  /** Name of the mask among a layer's parameters. */
  public static final String KEY = "pruned";

  private static final float REMOVED = -1;

  private final String layer;
  private final INDArray weights;
  private final INDArray removed;
  private final int window;

  /**
   * @param layer its name
   * @param weights view of the parameter, [outChannels, fanIn]
   * @param parameter the mask, a vector as long
   * @param window places of the kernel: how far apart in a row the weights of neighbouring input
   *     channels are
   */
  public WeightMask(String layer, INDArray weights, INDArray parameter, int window) {
    this.layer = layer;
    this.weights = weights;
    this.removed = parameter.reshape('c', weights.shape());
    this.window = window;
  }

  String layer() {
    return layer;
  }

  int window() {
    return window;
  }

  /** Removes the weights that are zero already. */
  public void adoptZeros() {
    float[] magnitudes = magnitudes();
    boolean[] zero = new boolean[magnitudes.length];
    for (int i = 0; i < zero.length; i++) {
      zero[i] = magnitudes[i] == 0;
    }
    remove(zero);
  }

  /** Sets what was removed to zero: momentum, shared and averaged updates move it. */
  public void clear() {
    apply(weights);
  }

  /** Sets to zero what belongs to removed weights, in place: [outChannels, fanIn]. */
  public void apply(INDArray rows) {
    rows.muli(Nd4j.getExecutioner().exec(new Step(removed, removed.ulike(), 0)).rsubi(1));
  }

  /** |w| in rows, or a negative number for a removed weight, which thus is removed again first. */
  float[] magnitudes() {
    float[] magnitudes = weights.dup('c').data().asFloat();
    float[] mask = removed.dup('c').data().asFloat();
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = mask[i] > 0 ? REMOVED : Math.abs(magnitudes[i]);
    }
    return magnitudes;
  }

  /** Removes more weights, in rows. */
  void remove(boolean[] chosen) {
    float[] mask = removed.dup('c').data().asFloat();
    for (int i = 0; i < mask.length; i++) {
      mask[i] = chosen[i] || mask[i] > 0 ? 1 : 0;
    }
    removed.assign(
        Nd4j.createFromArray(mask).castTo(removed.dataType()).reshape('c', removed.shape()));
  }
}
