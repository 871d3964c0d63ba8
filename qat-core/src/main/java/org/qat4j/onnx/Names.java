package org.qat4j.onnx;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Hands out names that nothing else has. */
public final class Names {
  private final Set<String> taken;
  private final Map<String, Integer> numbers = new HashMap<>();

  public Names(Collection<String> reserved) {
    taken = new HashSet<>(reserved);
  }

  /** The wanted name, with a number behind it if it is taken. */
  public String unique(String wanted) {
    String name = wanted;
    while (!taken.add(name)) {
      name = wanted + "_" + numbers.merge(wanted, 1, Integer::sum);
    }
    return name;
  }
}
