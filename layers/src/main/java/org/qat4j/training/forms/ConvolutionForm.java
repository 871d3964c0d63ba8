package org.qat4j.training.forms;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.qat4j.training.network.Stage;

/** A 2-D convolution over all channels of its input. */
class ConvolutionForm<L extends ConvolutionLayer> extends LinearForm<L> {
  ConvolutionForm(Class<L> type) {
    super(type);
  }

  @Override
  void requireSupported(Stage stage, L convolution) {
    requireNchw(stage, convolution.getCnn2dDataFormat());
    if (convolution.getConvolutionMode() == ConvolutionMode.Causal) {
      throw new UnsupportedLayerException(stage, "has causal padding, which is for sequences");
    }
  }

  @Override
  long fanIn(L convolution) {
    return window(convolution) * convolution.getNIn();
  }

  static long window(ConvolutionLayer convolution) {
    return Arrays.stream(convolution.getKernelSize()).asLongStream().reduce(1, Math::multiplyExact);
  }
}
