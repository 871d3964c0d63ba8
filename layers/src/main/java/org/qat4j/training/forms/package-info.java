/**
 * What becomes of each kind of Deeplearning4j layer: one class per kind says what it accepts,
 * checks, prepares, converts and describes.
 *
 * <p>{@link org.qat4j.training.forms.Forms} is the table of all kinds, {@link
 * org.qat4j.training.forms.Fusion} the loop over a network. What is planned here depends on the
 * network's structure alone, not on how it is quantized. Does not know how a layer computes.
 * Sources: Jacob et al. 2018, arXiv:1712.05877, sec. 3; Krishnamoorthi 2018, arXiv:1806.08342, sec.
 * 3.2.2.
 */
package org.qat4j.training.forms;
