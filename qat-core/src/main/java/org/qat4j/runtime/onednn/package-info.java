/**
 * Kernels on oneDNN, called through JavaCPP.
 *
 * <p>Convolution and dense run on 8-bit integers where the processor's dot product is exact, and on
 * float32 numbers that hold integers where it is not. All scales are folded into one multiplier and
 * one offset per output channel, which oneDNN applies as docs/numerics.md demands: product and sum
 * rounded separately. Kernels are named by their operation, then {@code OneDnn}.
 */
package org.qat4j.runtime.onednn;
