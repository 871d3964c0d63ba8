package org.qat4j.pruning;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.annotation.JsonSubTypes;
import org.nd4j.shade.jackson.annotation.JsonTypeInfo;

/**
 * How many weights are zero and which share the choice: those of the smallest magnitude go, of
 * equal ones the first.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Sparsity.None.class, name = "none"),
  @JsonSubTypes.Type(value = Sparsity.PerLayer.class, name = "perLayer"),
  @JsonSubTypes.Type(value = Sparsity.Global.class, name = "global"),
  @JsonSubTypes.Type(value = Sparsity.NOfM.class, name = "nOfM")
})
public sealed interface Sparsity extends Serializable {

  /** Fraction of the weights that are zero in the end. */
  double fraction();

  /**
   * Removes weights until so many of all are zero.
   *
   * @param layers that are pruned together, in the order of the network
   * @param now fraction, at most {@link #fraction}
   */
  void remove(List<WeightMask> layers, double now);

  /**
   * Checks that the weights of a layer can be shared out.
   *
   * @param inputs channels or features that one output is computed from
   * @throws IllegalArgumentException if they cannot
   */
  default void requireFits(long inputs) {}

  /** Nothing is removed, and zeros may become something else. */
  record None() implements Sparsity {
    @Override
    public double fraction() {
      return 0;
    }

    @Override
    public void remove(List<WeightMask> layers, double now) {
      // None.
    }
  }

  /**
   * The same fraction of each layer.
   *
   * @param fraction in [0, 1); 0 holds the zeros that there are. At least one weight of a layer
   *     stays
   */
  record PerLayer(@JsonProperty("fraction") double fraction) implements Sparsity {
    @JsonCreator
    public PerLayer {
      requireFraction(fraction);
    }

    @Override
    public void remove(List<WeightMask> layers, double now) {
      for (WeightMask layer : layers) {
        float[] magnitudes = layer.magnitudes();
        layer.remove(smallest(magnitudes, count(now, magnitudes.length)));
      }
    }

    @Override
    public String toString() {
      return fraction + " of each layer";
    }
  }

  /**
   * A fraction of the weights of all layers together, which share one threshold.
   *
   * @param fraction in [0, 1)
   */
  record Global(@JsonProperty("fraction") double fraction) implements Sparsity {
    @JsonCreator
    public Global {
      requireFraction(fraction);
    }

    /**
     * @throws IllegalStateException if nothing of a layer would be left
     */
    @Override
    public void remove(List<WeightMask> layers, double now) {
      List<float[]> each = layers.stream().map(WeightMask::magnitudes).toList();
      float[] all = new float[each.stream().mapToInt(layer -> layer.length).sum()];
      int start = 0;
      for (float[] layer : each) {
        System.arraycopy(layer, 0, all, start, layer.length);
        start += layer.length;
      }
      boolean[] chosen = smallest(all, count(now, all.length));
      List<boolean[]> own = new ArrayList<>();
      start = 0;
      for (float[] layer : each) {
        own.add(Arrays.copyOfRange(chosen, start, start + layer.length));
        requireRest(layers.get(own.size() - 1), own.get(own.size() - 1));
        start += layer.length;
      }
      for (int i = 0; i < layers.size(); i++) {
        layers.get(i).remove(own.get(i));
      }
    }

    private void requireRest(WeightMask layer, boolean[] chosen) {
      for (boolean removed : chosen) {
        if (!removed) {
          return;
        }
      }
      throw new IllegalStateException(
          "layer '"
              + layer.layer()
              + "': a sparsity of "
              + fraction
              + " over all layers leaves it no weight; exempt it from pruning, lower the sparsity or"
              + " prune each layer by itself");
    }

    @Override
    public String toString() {
      return fraction + " of all layers together";
    }
  }

  /**
   * Of every m weights in a row along the input channels, those of one output and one place of the
   * kernel, at most n are not zero: 2 of 4 is what sparse tensor cores take (Mishra et al. 2021,
   * arXiv:2104.08378, sec. 3). A dense layer's inputs are its features.
   *
   * @param n that may stay, at least 1
   * @param m in a group, more than n
   */
  record NOfM(@JsonProperty("n") int n, @JsonProperty("m") int m) implements Sparsity {
    @JsonCreator
    public NOfM {
      if (n < 1 || m <= n) {
        throw new IllegalArgumentException(
            "N:M sparsity keeps at least 1 of more than N weights, got " + n + ":" + m);
      }
    }

    @Override
    public double fraction() {
      return (m - n) / (double) m;
    }

    @Override
    public void requireFits(long inputs) {
      if (inputs % m != 0) {
        throw new IllegalArgumentException(
            this + " sparsity needs a multiple of " + m + " input channels, got " + inputs);
      }
    }

    @Override
    public void remove(List<WeightMask> layers, double now) {
      int zeros = (int) count(now, m);
      for (WeightMask layer : layers) {
        layer.remove(chosen(layer.magnitudes(), layer.window(), zeros));
      }
    }

    private boolean[] chosen(float[] magnitudes, int window, int zeros) {
      boolean[] chosen = new boolean[magnitudes.length];
      float[] group = new float[m];
      for (int block = 0; block < magnitudes.length; block += m * window) {
        for (int place = block; place < block + window; place++) {
          for (int i = 0; i < m; i++) {
            group[i] = magnitudes[place + i * window];
          }
          boolean[] own = smallest(group, zeros);
          for (int i = 0; i < m; i++) {
            chosen[place + i * window] = own[i];
          }
        }
      }
      return chosen;
    }

    @Override
    public String toString() {
      return n + ":" + m;
    }
  }

  private static void requireFraction(double fraction) {
    if (!(fraction >= 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "sparsity must be at least 0 and less than 1, or no weight is left; got " + fraction);
    }
  }

  /** So many of all, to the nearest; one at least stays. */
  private static long count(double fraction, int all) {
    return Math.min(Math.round(fraction * all), all - 1L);
  }

  /** Marks the smallest values, of equal ones the first. */
  private static boolean[] smallest(float[] values, long count) {
    boolean[] chosen = new boolean[values.length];
    if (count == 0) {
      return chosen;
    }
    float[] sorted = values.clone();
    Arrays.sort(sorted);
    float bound = sorted[(int) count - 1];
    long equal = count;
    for (float value : values) {
      equal -= value < bound ? 1 : 0;
    }
    for (int i = 0; i < values.length; i++) {
      chosen[i] = values[i] < bound || (values[i] == bound && equal-- > 0);
    }
    return chosen;
  }
}
