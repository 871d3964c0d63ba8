package org.qat4j.cli.speed;

import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.descriptive.Quantile;

/** What one engine took in each round. */
public final class Samples {
  // Copies, since both would sort the rounds in place otherwise.
  private static final Median MEDIAN = Median.withDefaults().withCopy(true);
  private static final Quantile QUARTILES =
      Quantile.withDefaults().with(Quantile.EstimationMethod.HF7).withCopy(true);

  private final double[] values;

  /**
   * @param values one for each round, at least one, in the order of the rounds
   */
  public Samples(double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("no values have no median");
    }
    this.values = values.clone();
  }

  /** The median of the rounds; the mean of the middle two of an even number. */
  public double median() {
    return MEDIAN.evaluate(values);
  }

  /**
   * The first and the third quartile of the rounds, by linear interpolation (Hyndman and Fan 1996,
   * definition 7).
   */
  public double[] quartiles() {
    return QUARTILES.evaluate(values, 0.25, 0.75);
  }

  /**
   * How many times as fast as a peer these are, if both are times.
   *
   * @param peer of the same rounds
   * @throws IllegalArgumentException if the peer has another number of rounds
   */
  public Ratio speedAgainst(Samples peer) {
    if (peer.values.length != values.length) {
      throw new IllegalArgumentException(
          "a ratio needs the same rounds: " + values.length + " and " + peer.values.length);
    }
    double[] quotients = new double[values.length];
    for (int round = 0; round < quotients.length; round++) {
      quotients[round] = peer.values[round] / values[round];
    }
    double[] quartiles = new Samples(quotients).quartiles();
    return new Ratio(peer.median() / median(), quartiles[0], quartiles[1]);
  }
}
