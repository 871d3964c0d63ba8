package org.qat4j.cli.speed;

/**
 * What one engine took.
 *
 * @param engine its name
 * @param milliseconds of one call, for each round
 */
public record Timing(String engine, Samples milliseconds) {
  /** How many times as fast as another engine of the same rounds. */
  public Ratio speedAgainst(Timing peer) {
    return milliseconds.speedAgainst(peer.milliseconds);
  }
}
