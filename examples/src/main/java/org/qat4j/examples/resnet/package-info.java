/**
 * Residual networks for 32x32 colour images. Source: He et al. 2016, arXiv:1512.03385, sec. 4.2.
 */
package org.qat4j.examples.resnet;
