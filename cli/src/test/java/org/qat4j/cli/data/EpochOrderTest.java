package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EpochOrderTest {
  @Test
  void of_anyEpoch_holdsEachImageOnce() {
    int[] order = EpochOrder.of(7, "FLOAT", 3, 1000);

    assertArrayEquals(IntStream.range(0, 1000).toArray(), Arrays.stream(order).sorted().toArray());
  }

  @Test
  void of_sameArguments_givesTheSameOrder() {
    assertArrayEquals(EpochOrder.of(7, "QAT", 1, 100), EpochOrder.of(7, "QAT", 1, 100));
  }

  @Test
  void of_otherSeedPhaseOrEpoch_givesAnotherOrder() {
    int[] order = EpochOrder.of(7, "FLOAT", 1, 100);

    assertFalse(Arrays.equals(order, EpochOrder.of(8, "FLOAT", 1, 100)));
    assertFalse(Arrays.equals(order, EpochOrder.of(7, "QAT", 1, 100)));
    assertFalse(Arrays.equals(order, EpochOrder.of(7, "FLOAT", 2, 100)));
  }
}
