package org.qat4j.runtime;

/**
 * How often a layer's values were clamped to an end of their calibrated range, since the session
 * was opened.
 *
 * @param layer name of the node
 * @param tensor name of what it writes
 * @param codes written
 * @param low of them at the lower end, where that end means clamping
 * @param high of them at the upper end, likewise
 */
public record Saturation(String layer, String tensor, long codes, long low, long high) {
  /** Clamped codes of all codes, in [0, 1]; 0 before the first run. */
  public double fraction() {
    return codes == 0 ? 0 : (double) (low + high) / codes;
  }
}
