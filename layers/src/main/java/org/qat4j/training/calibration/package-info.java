/**
 * What is seen of a float network's activations, from which ranges are chosen without training.
 *
 * <p>Owns how data runs through the network and what is kept of it; which range that gives is for
 * the schemes of the layers to say. Does not know which kind of Deeplearning4j network it is. See
 * docs/ranges.md; Krishnamoorthi 2018, arXiv:1806.08342, sec. 3.1.
 */
package org.qat4j.training.calibration;
