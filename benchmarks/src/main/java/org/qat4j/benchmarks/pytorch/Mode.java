package org.qat4j.benchmarks.pytorch;

/** Arithmetic of a training step. */
public enum Mode {
  /** float32. */
  FLOAT,
  /** float32 parameters; convolutions and matrix products in bfloat16. */
  BFLOAT16,
  /** Weights and activations rounded to 8-bit codes. */
  QAT
}
