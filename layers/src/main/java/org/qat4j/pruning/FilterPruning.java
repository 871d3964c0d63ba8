package org.qat4j.pruning;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Which fraction of the filters of each layer is removed: output channels of convolutions, and
 * outputs of dense layers. Layers whose outputs are added share their filters and so the smallest
 * of their fractions.
 *
 * @param fraction of the layers that no rule is about, in [0, 1)
 * @param rules for single layers; the first one about a layer wins
 */
public record FilterPruning(double fraction, List<Rule> rules) {

  /**
   * Another fraction for some layers.
   *
   * @param layers regular expression of whole names
   * @param fraction in [0, 1); 0 leaves them whole
   */
  public record Rule(Pattern layers, double fraction) {
    public Rule {
      requireFraction(fraction);
    }

    boolean matches(String layer) {
      return layers.matcher(layer).matches();
    }
  }

  public FilterPruning {
    requireFraction(fraction);
    rules = List.copyOf(rules);
  }

  /** The same fraction of every layer's filters. */
  public static FilterPruning of(double fraction) {
    return new FilterPruning(fraction, List.of());
  }

  /** Another fraction for the layers whose whole name the regular expression matches. */
  public FilterPruning with(String regex, double other) {
    List<Rule> more = new ArrayList<>(rules);
    more.add(new Rule(Pattern.compile(regex), other));
    return new FilterPruning(fraction, more);
  }

  /** Leaves layers whole. */
  public FilterPruning except(String regex) {
    return with(regex, 0);
  }

  private static void requireFraction(double fraction) {
    if (!(fraction >= 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "the fraction of filters to remove must be at least 0 and less than 1, or a layer loses"
              + " all; got "
              + fraction);
    }
  }

  /** The fraction of one layer's filters. */
  public double fractionOf(String layer) {
    return rules.stream()
        .filter(rule -> rule.matches(layer))
        .findFirst()
        .map(Rule::fraction)
        .orElse(fraction);
  }

  /**
   * A rule that changes nothing is a mistake in its pattern.
   *
   * @throws IllegalArgumentException if a rule is about none of these layers
   */
  public void requireEffect(List<String> layers) {
    for (Rule rule : rules) {
      if (layers.stream().noneMatch(rule::matches)) {
        throw new IllegalArgumentException(
            "no layer with filters matches '"
                + rule.layers()
                + "'; the layers with filters are "
                + layers);
      }
    }
  }
}
