/**
 * The vocabulary of quantization: integer ranges, scales and zero points, and how a real number
 * becomes a code.
 *
 * <p>Owns the affine equation {@code real = scale * (q - zeroPoint)} (Jacob et al. 2018,
 * arXiv:1712.05877, eq. 1) and its rounding rule. Knows nothing of tensors, graphs, files or
 * training.
 */
package org.qat4j.scheme;
