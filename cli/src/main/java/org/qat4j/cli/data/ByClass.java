package org.qat4j.cli.data;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** What depends on the classes of inputs alone: their order, and which are kept for testing. */
final class ByClass {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");

  private ByClass() {}

  /** Names of classes in the order of their labels: as numbers if all are, or else by alphabet. */
  static List<String> names(Collection<String> names) {
    boolean numbers = names.stream().allMatch(name -> NUMBER.matcher(name).matches());
    Comparator<String> order =
        numbers
            ? Comparator.comparing((String name) -> Integer.parseInt(name))
                .thenComparing(Comparator.naturalOrder())
            : Comparator.naturalOrder();
    TreeSet<String> sorted = new TreeSet<>(order);
    sorted.addAll(names);
    return List.copyOf(sorted);
  }

  /** The first of each class, then the second of each, so that the first ones are of all. */
  static int[] inTurns(int[] labels, int[] indices) {
    int[] turns = turns(labels, indices);
    return IntStream.range(0, indices.length)
        .boxed()
        .sorted(
            Comparator.<Integer>comparingInt(i -> turns[i])
                .thenComparingInt(i -> labels[indices[i]])
                .thenComparingInt(i -> i))
        .mapToInt(i -> indices[i])
        .toArray();
  }

  /** How many of its class come before each. */
  private static int[] turns(int[] labels, int[] indices) {
    int[] seen = new int[Arrays.stream(labels).max().orElse(0) + 1];
    return IntStream.of(indices).map(i -> seen[labels[i]]++).toArray();
  }

  /**
   * The same fraction of each class: every fifth for 0.2.
   *
   * @param tested whether those, or all others
   */
  static int[] heldOut(int[] labels, double fraction, boolean tested) {
    int[] all = IntStream.range(0, labels.length).toArray();
    int[] turns = turns(labels, all);
    return IntStream.of(all)
        .filter(
            i -> Math.floor((turns[i] + 1) * fraction) > Math.floor(turns[i] * fraction) == tested)
        .toArray();
  }
}
