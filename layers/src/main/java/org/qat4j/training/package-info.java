/**
 * The way through quantization-aware training: {@link org.qat4j.training.Qat#prepare prepare} a
 * network, {@code fit} it, {@link org.qat4j.training.Qat#convert convert} it.
 *
 * <p>Owns how a network is to be quantized. What becomes of each kind of layer is in {@link
 * org.qat4j.training.forms}. Does not know how a layer computes. Sources: Jacob et al. 2018,
 * arXiv:1712.05877, sec. 3; Krishnamoorthi 2018, arXiv:1806.08342, sec. 3.2.2.
 */
package org.qat4j.training;
