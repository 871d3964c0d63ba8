package org.qat4j.runtime;

/**
 * Which of the offers for a graph are taken. All of them are exact, so that results do not depend
 * on it.
 *
 * @param backends that may offer
 * @param backend {@link Backends#AUTO}, or the name of one whose offers go before all others'
 * @param by how offers are compared
 */
public record Choice(Backends backends, String backend, By by) {
  /** How offers are compared. */
  public enum By {
    /** What they state: see {@link Selection}. The same on every run. */
    RULE,
    /** As the rule says which nodes make a region, but for each region the fastest when tried. */
    MEASUREMENT
  }

  /** By the rule, among all registered backends. */
  public static Choice of(String backend) {
    return new Choice(Backends.registered(), backend, By.RULE);
  }

  /** The same without measuring, for what runs once. */
  Choice byRule() {
    return new Choice(backends, backend, By.RULE);
  }

  boolean isRequested(Backend candidate) {
    return candidate.name().equals(backend);
  }
}
