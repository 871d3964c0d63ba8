package org.qat4j.cli.data;

import java.util.List;

/**
 * The classes that a network tells apart.
 *
 * @param count how many
 * @param names in the order of its outputs; empty if the data is to say
 */
public record ClassSet(int count, List<String> names) {
  private static final int SHOWN = 12;

  public ClassSet {
    names = List.copyOf(names);
  }

  /** Classes whose names the data says, if anything does. */
  public static ClassSet of(int count) {
    return new ClassSet(count, List.of());
  }

  /** All names, or the first and the last ones, for messages. */
  public static List<String> shortened(List<String> names) {
    return names.size() <= SHOWN
        ? names
        : List.of(names.get(0), names.get(1), "…", names.get(names.size() - 1));
  }
}
