/**
 * Plain stacks of 3x3 convolutions for 32x32 colour images. Source: Simonyan and Zisserman 2015,
 * arXiv:1409.1556, sec. 2.
 */
package org.qat4j.examples.vgg;
