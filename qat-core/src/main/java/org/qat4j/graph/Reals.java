package org.qat4j.graph;

import java.util.Arrays;

/** Constant float32 numbers: weights and bias of an operation on real numbers. Immutable. */
public final class Reals {
  private final float[] values;

  /**
   * The constants of one operation.
   *
   * @param values at least one; copied
   */
  public Reals(float... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("needs at least one number");
    }
    this.values = values.clone();
  }

  public int length() {
    return values.length;
  }

  public float at(int index) {
    return values[index];
  }

  /** A copy of the numbers. */
  public float[] values() {
    return values.clone();
  }

  /** Equal bit for bit, so that a NaN equals itself and 0 differs from -0. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Reals reals && Arrays.equals(values, reals.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return values.length == 1 ? Float.toString(values[0]) : values.length + " numbers";
  }
}
