/**
 * Depthwise separable convolutions for 32x32 colour images. Source: Howard et al. 2017,
 * arXiv:1704.04861, sec. 3.
 */
package org.qat4j.examples.mobilenet;
