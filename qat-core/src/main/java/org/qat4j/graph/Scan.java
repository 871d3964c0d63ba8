package org.qat4j.graph;

/**
 * How a recurrent operation goes through a sequence.
 *
 * @param reversed from the last step to the first; each result lies at its own step all the same
 * @param resumed whether the state at the beginning is an operand; else it is zeros
 * @param masked whether a mask is an operand: after a step whose mask is 0 the state is zeros
 */
public record Scan(boolean reversed, boolean resumed, boolean masked) {
  public static final Scan FORWARD = new Scan(false, false, false);
  public static final Scan REVERSED = new Scan(true, false, false);

  /** The same from a given state. */
  public Scan fromState() {
    return new Scan(reversed, true, masked);
  }

  /** The same under a mask. */
  public Scan underMask() {
    return new Scan(reversed, resumed, true);
  }

  /** The step that is computed as the {@code i}-th of so many. */
  public int step(int i, int steps) {
    return reversed ? steps - 1 - i : i;
  }
}
