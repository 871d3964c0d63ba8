package org.qat4j.graph;

/** A vector of real numbers for each word of a vocabulary. Immutable. */
public sealed interface Table {
  int words();

  /** Numbers of one vector. */
  int features();

  /** A number of a vector. */
  float at(int word, int feature);

  /**
   * float32.
   *
   * @param values {@code [words, features]}
   */
  record OfReals(Reals values, int features) implements Table {
    public OfReals {
      if (features < 1 || values.length() % features != 0) {
        throw new IllegalArgumentException(
            values.length() + " numbers are no whole vectors of " + features);
      }
    }

    @Override
    public int words() {
      return values.length() / features;
    }

    @Override
    public float at(int word, int feature) {
      return values.at(word * features + feature);
    }
  }

  /**
   * Codes of 8 bits or fewer.
   *
   * @param weights an output channel for each word
   */
  record OfCodes(Weights weights) implements Table {
    public OfCodes {
      if (!weights.isInt8()) {
        throw new IllegalArgumentException(
            "the codes of a table must fit int8, got range " + weights.range());
      }
    }

    @Override
    public int words() {
      return weights.outChannels();
    }

    @Override
    public int features() {
      return weights.fanIn();
    }

    @Override
    public float at(int word, int feature) {
      return weights.scale(word) * (weights.code(word, feature) - weights.zeroPoint(word));
    }
  }
}
