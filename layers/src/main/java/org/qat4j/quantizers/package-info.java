/**
 * How real numbers become codes while a network trains: schemes for weights and for activations,
 * and their straight-through gradients.
 *
 * <p>Owns what is configured ({@link org.qat4j.quantizers.WeightScheme}, {@link
 * org.qat4j.quantizers.ActivationScheme}), what is learned and how gradients pass. Knows nothing of
 * layers and networks. Sources are named at each quantizer.
 */
package org.qat4j.quantizers;
