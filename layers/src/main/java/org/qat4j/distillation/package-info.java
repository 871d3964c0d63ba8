/**
 * Training a network towards what another one answers, beside the labels.
 *
 * <p>Owns the loss and the labels that carry the teacher's answers. Knows Deeplearning4j's
 * networks, prepared or not, but nothing of quantization. Source: Hinton, Vinyals and Dean 2015,
 * arXiv:1503.02531, sec. 2.
 */
package org.qat4j.distillation;
