package org.qat4j.pruning;

import java.io.Serializable;
import java.util.List;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * Which weights of a layer training sets to zero, and when. A weight that was removed stays exactly
 * zero; so do those that are zero when a network is prepared. Part of the network's configuration,
 * so it is saved with it.
 *
 * @param sparsity how many, and which layers share the choice
 * @param schedule when
 */
public record Pruning(
    @JsonProperty("sparsity") Sparsity sparsity,
    @JsonProperty("schedule") SparsitySchedule schedule)
    implements Serializable {
  /** Nothing is removed. */
  public static final Pruning NONE = new Pruning(new Sparsity.None(), SparsitySchedule.IMMEDIATE);

  @JsonCreator
  public Pruning {}

  /**
   * The same fraction of the smallest weights of each layer, when the network is prepared.
   *
   * @param sparsity in [0, 1); 0 holds the zeros that there are
   */
  public static Pruning perLayer(double sparsity) {
    return new Pruning(new Sparsity.PerLayer(sparsity), SparsitySchedule.IMMEDIATE);
  }

  /**
   * The smallest weights of all layers that are pruned so, when the network is prepared.
   *
   * @param sparsity in [0, 1)
   */
  public static Pruning global(double sparsity) {
    return new Pruning(new Sparsity.Global(sparsity), SparsitySchedule.IMMEDIATE);
  }

  /** All but n of every m weights along the input channels, when the network is prepared. */
  public static Pruning nOfM(int n, int m) {
    return new Pruning(new Sparsity.NOfM(n, m), SparsitySchedule.IMMEDIATE);
  }

  /** The same in steps, from one iteration of the training to another. */
  public Pruning gradually(int from, int to, int every) {
    return new Pruning(sparsity, new SparsitySchedule(from, to, every));
  }

  /** Whether the layer is not pruned. */
  public boolean isNone() {
    return sparsity instanceof Sparsity.None;
  }

  /** Whether weights are to be removed before an iteration. */
  public boolean isDue(int iteration) {
    return !isNone() && schedule.isDue(iteration);
  }

  /** Removes what an iteration shall not compute with. */
  public void remove(List<WeightMask> layers, int iteration) {
    sparsity.remove(layers, schedule.at(iteration, sparsity.fraction()));
  }
}
