package org.qat4j.graph;

/**
 * int32 bias of a convolution or dense layer, in accumulator units: {@code real = code * inputScale
 * * weightScale[o]}. Immutable.
 */
public final class Bias {
  private final int[] codes;

  /**
   * The bias of one layer.
   *
   * @param codes one per output channel; copied
   */
  public Bias(int... codes) {
    this.codes = codes.clone();
  }

  public int length() {
    return codes.length;
  }

  public int code(int outChannel) {
    return codes[outChannel];
  }

  /** A copy of the codes. */
  public int[] codes() {
    return codes.clone();
  }
}
