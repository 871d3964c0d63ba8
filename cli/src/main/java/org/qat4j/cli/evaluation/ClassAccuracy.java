package org.qat4j.cli.evaluation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the images of one class were classified.
 *
 * @param label the class
 * @param right images that were classified right
 * @param images of the class
 * @param mistakes the other classes that they were taken for, the most frequent first
 */
public record ClassAccuracy(int label, int right, int images, List<Mistake> mistakes) {
  /**
   * Images of one class that were taken for another.
   *
   * @param taken the class that an image was taken for
   * @param images how many
   */
  public record Mistake(int taken, int images) {}

  /**
   * One for each class that occurs.
   *
   * @param predicted one class for each image
   * @param expected the right ones
   */
  public static List<ClassAccuracy> of(int[] predicted, int[] expected) {
    Map<Integer, Map<Integer, Integer>> counts = new TreeMap<>();
    for (int i = 0; i < predicted.length; i++) {
      counts
          .computeIfAbsent(expected[i], any -> new TreeMap<>())
          .merge(predicted[i], 1, Integer::sum);
    }
    List<ClassAccuracy> classes = new ArrayList<>();
    counts.forEach((label, taken) -> classes.add(of(label, taken)));
    return classes;
  }

  private static ClassAccuracy of(int label, Map<Integer, Integer> taken) {
    List<Mistake> mistakes =
        taken.entrySet().stream()
            .filter(entry -> entry.getKey() != label)
            .map(entry -> new Mistake(entry.getKey(), entry.getValue()))
            .sorted(Comparator.comparing(Mistake::images).reversed())
            .toList();
    int images = taken.values().stream().mapToInt(Integer::intValue).sum();
    return new ClassAccuracy(label, taken.getOrDefault(label, 0), images, mistakes);
  }
}
