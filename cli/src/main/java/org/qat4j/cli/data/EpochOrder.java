package org.qat4j.cli.data;

import java.util.Random;

/**
 * The order of the images in an epoch: a function of seed and epoch only, so that training can
 * resume anywhere.
 */
public final class EpochOrder {
  private EpochOrder() {}

  /** Each of {@code 0..count-1} once (Fisher and Yates). */
  public static int[] of(long seed, String phase, int epoch, int count) {
    Random random = Seeds.random(seed, phase.hashCode(), epoch);
    int[] order = new int[count];
    for (int i = 0; i < count; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
