/**
 * Removes whole filters from an ordinary Deeplearning4j network, so that its layers are really
 * smaller: those with the smallest L1 norm (Li et al. 2017, arXiv:1608.08710), and with them the
 * weights of all that reads them, through batch normalization, pooling, flattening, sums and
 * concatenations.
 *
 * <p>Knows nothing of quantization.
 */
package org.qat4j.training.filters;
