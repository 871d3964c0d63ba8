package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qat4j.pruning.FilterPruning;
import org.qat4j.pruning.Pruning;

/**
 * Pruning: weights that are set to zero while a network trains, and filters that are removed before
 * it is quantized.
 *
 * @param sparsity fraction of the weights that are zero in the end; 0 for none
 * @param scope which weights share the choice
 * @param pattern N:M, as 2:4, in the place of a sparsity; empty for none
 * @param during the training in which weights are removed; the zeros stay in both
 * @param from where the sparsity starts to rise, as a fraction of that training's steps
 * @param to where it is whole
 * @param every steps between two removals
 * @param exempt regular expression of the names of layers whose weights stay; empty for none
 * @param filters fraction of each layer's filters to remove; 0 for none
 * @param filtersExempt regular expression of the names of layers whose filters stay; empty for none
 */
public record PruneConfig(
    double sparsity,
    Scope scope,
    String pattern,
    During during,
    double from,
    double to,
    int every,
    String exempt,
    double filters,
    String filtersExempt) {
  // In front of DEFAULT, whose checks need it.
  private static final Pattern N_OF_M = Pattern.compile("(\\d{1,4}):(\\d{1,4})");

  public static final PruneConfig DEFAULT =
      new PruneConfig(0, Scope.LAYER, "", During.QAT, 0, 0.5, 50, "", 0, "");

  /** Which weights share the choice. */
  public enum Scope {
    /** Those of one layer. */
    @JsonProperty("layer")
    LAYER,
    /** Those of all layers. */
    @JsonProperty("global")
    GLOBAL
  }

  /** A training. */
  public enum During {
    @JsonProperty("float")
    FLOAT,
    @JsonProperty("qat")
    QAT
  }

  public PruneConfig {
    Check.accepted("sparsity", sparsity, () -> Pruning.perLayer(sparsity));
    Check.accepted("pattern", pattern, () -> nOfM(pattern));
    if (sparsity > 0 && !pattern.isEmpty()) {
      throw new InvalidValueException(
          "sparsity", sparsity, "0 beside a pattern, which has a sparsity of its own");
    }
    Check.fraction("from", from);
    Check.fraction("to", to);
    if (to < from) {
      throw new InvalidValueException("to", to, "at least from, " + from);
    }
    Check.between("every", every, 1, 1_000_000);
    Check.accepted("exempt", exempt, () -> Pattern.compile(exempt));
    Check.accepted("filters", filters, () -> FilterPruning.of(filters));
    Check.accepted("filtersExempt", filtersExempt, () -> Pattern.compile(filtersExempt));
  }

  private static Pruning nOfM(String pattern) {
    Matcher matcher = N_OF_M.matcher(pattern);
    if (matcher.matches()) {
      return Pruning.nOfM(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }
    if (pattern.isEmpty()) {
      return Pruning.NONE;
    }
    throw new IllegalArgumentException("N:M, as \"2:4\", or empty");
  }

  /** Whether weights are removed. */
  @JsonIgnore
  public boolean isOfWeights() {
    return sparsity > 0 || !pattern.isEmpty();
  }

  /**
   * What is done to the layers that are not exempt.
   *
   * @param steps of the training in which weights are removed
   */
  public Pruning weights(int steps) {
    if (!isOfWeights()) {
      return Pruning.NONE;
    }
    return all().gradually((int) Math.floor(from * steps), (int) Math.floor(to * steps), every);
  }

  private Pruning all() {
    if (!pattern.isEmpty()) {
      return nOfM(pattern);
    }
    return scope == Scope.GLOBAL ? Pruning.global(sparsity) : Pruning.perLayer(sparsity);
  }

  /** The filters to remove. */
  public FilterPruning filterPruning() {
    FilterPruning all = FilterPruning.of(filters);
    return filtersExempt.isEmpty() ? all : all.except(filtersExempt);
  }
}
