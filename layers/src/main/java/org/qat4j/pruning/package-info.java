/**
 * Which weights of a layer are held at zero, and when they are chosen: by magnitude, in each layer,
 * over all layers, or N of every M inputs (Zhu and Gupta 2017, arXiv:1710.01878; Mishra et al.
 * 2021, arXiv:2104.08378). And which part of its filters a layer loses.
 *
 * <p>Works on arrays of weights; does not know layers, networks or quantization.
 */
package org.qat4j.pruning;
