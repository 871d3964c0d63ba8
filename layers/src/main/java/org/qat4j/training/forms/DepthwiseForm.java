package org.qat4j.training.forms;

import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;

/** A convolution of each channel by itself. */
final class DepthwiseForm extends ConvolutionForm<DepthwiseConvolution2D> {
  DepthwiseForm() {
    super(DepthwiseConvolution2D.class);
  }

  @Override
  long fanIn(DepthwiseConvolution2D convolution) {
    return window(convolution);
  }
}
