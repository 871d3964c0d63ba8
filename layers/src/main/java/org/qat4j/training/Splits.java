package org.qat4j.training;

import java.util.HashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.params.SeparableConvolutionParamInitializer;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.layers.LossOnCopy;

/** The two halves of layers that compute two things, between which deployment has codes. */
final class Splits {
  private static final String DEPTHWISE =
      SeparableConvolutionParamInitializer.DEPTH_WISE_WEIGHT_KEY;
  private static final String POINTWISE =
      SeparableConvolutionParamInitializer.POINT_WISE_WEIGHT_KEY;

  private Splits() {}

  /** The logits of an output layer. */
  static DenseLayer dense(OutputLayer output) {
    DenseLayer dense = new DenseLayer.Builder().hasBias(output.hasBias()).build();
    copySettings(output, dense);
    dense.setActivationFn(new ActivationIdentity());
    dense.setConstraints(output.getConstraints());
    dense.setIDropout(output.getIDropout());
    dense.setWeightNoise(output.getWeightNoise());
    return dense;
  }

  /** The loss of an output layer, on its logits. */
  static LossLayer loss(OutputLayer output, String name) {
    LossLayer loss = new LossOnCopy(output.getLossFn(), output.getActivationFn());
    loss.setLayerName(name);
    copySettings(output, loss);
    loss.setNIn(output.getNOut());
    return loss;
  }

  /** The first half of a separable convolution: each channel by itself, without bias. */
  static DepthwiseConvolution2D depthwise(SeparableConvolution2D separable) {
    DepthwiseConvolution2D depthwise =
        new DepthwiseConvolution2D.Builder(separable.getKernelSize())
            .stride(separable.getStride())
            .padding(separable.getPadding())
            .dilation(separable.getDilation())
            .convolutionMode(separable.getConvolutionMode())
            .depthMultiplier(separable.getDepthMultiplier())
            .hasBias(false)
            .build();
    copySettings(separable, depthwise);
    depthwise.setNOut(separable.getNIn() * separable.getDepthMultiplier());
    depthwise.setActivationFn(new ActivationIdentity());
    depthwise.setIDropout(separable.getIDropout());
    depthwise.setWeightNoise(separable.getWeightNoise());
    return depthwise;
  }

  /** The second half: a 1x1 convolution over all channels. */
  static ConvolutionLayer pointwise(SeparableConvolution2D separable) {
    ConvolutionLayer pointwise =
        new ConvolutionLayer.Builder(1, 1)
            .dataFormat(CNN2DFormat.NCHW)
            .hasBias(separable.hasBias())
            .build();
    copySettings(separable, pointwise);
    pointwise.setNIn(separable.getNIn() * separable.getDepthMultiplier());
    pointwise.setActivationFn(separable.getActivationFn());
    pointwise.setWeightNoise(separable.getWeightNoise());
    return pointwise;
  }

  /** From [multiplier, channel, height, width] to [height, width, channel, multiplier]. */
  static Origin depthwiseOrigin(Stage stage) {
    return new Origin(
        stage.name(), table -> Map.of(DEPTHWISE, table.get(DEPTHWISE).permute(2, 3, 1, 0)));
  }

  static Origin pointwiseOrigin(Stage stage) {
    return new Origin(
        stage.name(),
        table -> {
          Map<String, INDArray> own = new HashMap<>(table);
          own.put(DEPTHWISE, own.remove(POINTWISE));
          return own;
        });
  }

  private static void copySettings(FeedForwardLayer from, FeedForwardLayer to) {
    to.setNIn(from.getNIn());
    to.setNOut(from.getNOut());
    to.setWeightInitFn(from.getWeightInitFn());
    to.setBiasInit(from.getBiasInit());
    to.setIUpdater(from.getIUpdater());
    to.setBiasUpdater(from.getBiasUpdater());
    to.setRegularization(from.getRegularization());
    to.setRegularizationBias(from.getRegularizationBias());
    to.setGradientNormalization(from.getGradientNormalization());
    to.setGradientNormalizationThreshold(from.getGradientNormalizationThreshold());
  }
}
