/**
 * What makes a network that is quantized without training better, and what shows which of its
 * layers hurts: {@link org.qat4j.posttraining.Equalization equalization}, {@link
 * org.qat4j.posttraining.BiasCorrection bias correction}, {@link
 * org.qat4j.posttraining.WeightRounding weight rounding}, {@link org.qat4j.posttraining.Sensitivity
 * sensitivity}, and {@link org.qat4j.posttraining.AutomaticCalibration the search} that uses them.
 *
 * <p>All of it changes parameters or a configuration, so that what is saved, converted and trained
 * on is a prepared network as any other. Does not know how a layer computes or is deployed.
 * Sources: Nagel et al. 2019, arXiv:1906.04721; Nagel et al. 2020, arXiv:2004.10568.
 */
package org.qat4j.posttraining;
