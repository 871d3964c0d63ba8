package org.qat4j.graph;

/**
 * What an operation computes with. Its operands' types select it, so that an operation is one thing
 * whatever its operands hold; docs/numerics.md defines each pair of operation and arithmetic.
 */
public enum Arithmetic {
  /** Integers: codes under one scale and zero point. */
  CODES,
  /** Integers whose scale and zero point are computed for each image, into real numbers. */
  DYNAMIC_CODES,
  /** float32. */
  REALS
}
