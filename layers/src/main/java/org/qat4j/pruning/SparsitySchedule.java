package org.qat4j.pruning;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * When weights are removed, in training iterations (parameter updates): {@code s(t) = s_f - s_f *
 * (1 - (t - from) / (to - from))^3}, Zhu and Gupta 2017, arXiv:1710.01878, eq. 1, with initial
 * sparsity 0. The weights that iteration t computes with have that sparsity.
 *
 * @param from first iteration of the rise
 * @param to first iteration with the whole sparsity; equal to {@code from} for all at once
 * @param every iterations between two steps of the rise
 */
public record SparsitySchedule(
    @JsonProperty("from") int from, @JsonProperty("to") int to, @JsonProperty("every") int every)
    implements Serializable {
  /** All at once, before the first iteration. */
  public static final SparsitySchedule IMMEDIATE = new SparsitySchedule(0, 0, 1);

  @JsonCreator
  public SparsitySchedule {
    if (from < 0 || to < from || every < 1) {
      throw new IllegalArgumentException(
          "pruning must start at an iteration >= 0, end at none before it and take steps of >= 1"
              + " iterations; got from "
              + from
              + ", to "
              + to
              + ", every "
              + every);
    }
  }

  /** Whether weights are removed before an iteration. */
  boolean isDue(int iteration) {
    return iteration == to
        || (iteration >= from && iteration < to && (iteration - from) % every == 0);
  }

  /**
   * The sparsity that is asked for.
   *
   * @param last the whole one
   */
  double at(int iteration, double last) {
    if (iteration >= to) {
      return last;
    }
    double left = 1 - (iteration - from) / (double) (to - from);
    return iteration < from ? 0 : last - last * left * left * left;
  }
}
