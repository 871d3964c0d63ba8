package org.qat4j.kernels;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Rounding half to even through ND4J, at a fraction of the cost of its rounding operation. */
public final class HalfEven {
  /** Adding and subtracting 1.5 * 2^(mantissa bits) leaves no fraction. */
  private static final double FLOAT = 0x1.8p23;

  private static final double DOUBLE = 0x1.8p52;

  private HalfEven() {}

  /** Rounds the array in place; its values are less than 2^22 in magnitude. */
  public static INDArray round(INDArray array) {
    double magic = array.dataType() == DataType.DOUBLE ? DOUBLE : FLOAT;
    return array.addi(magic).subi(magic);
  }
}
