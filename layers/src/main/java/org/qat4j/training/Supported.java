package org.qat4j.training;

import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.qat4j.graph.Clip;
import org.qat4j.layers.Quantization;

/** Which layers, in which settings, have an integer form. Each refusal says what to do. */
final class Supported {
  private Supported() {}

  /** Whether the layer is a convolution or dense layer that a block can hold. */
  static boolean isLinear(Stage stage) {
    if (stage.layer().getClass() == DenseLayer.class) {
      if (((DenseLayer) stage.layer()).hasLayerNorm()) {
        throw new UnsupportedLayerException(
            stage, "uses layer normalization, which cannot be folded; remove it");
      }
      return true;
    }
    if (stage.layer().getClass() != ConvolutionLayer.class) {
      return false;
    }
    ConvolutionLayer convolution = (ConvolutionLayer) stage.layer();
    requireNchw(stage, convolution.getCnn2dDataFormat());
    if (convolution.getConvolutionMode() == ConvolutionMode.Causal) {
      throw new UnsupportedLayerException(stage, "has causal padding, which is for sequences");
    }
    return true;
  }

  /** Whether the layer has weights to quantize. */
  static boolean hasWeights(Stage stage) {
    Layer layer = stage.layer();
    return layer instanceof DenseLayer
        || layer instanceof ConvolutionLayer
        || layer instanceof OutputLayer;
  }

  /** Checks that codes of that kind can hold the output. */
  static Quantization requireDeployable(Stage stage, Quantization quantization, Clip clip) {
    try {
      quantization.activations().requireFits(clip);
      if (hasWeights(stage) && !quantization.weights().isReal()) {
        quantization.weights().groupsOf(((FeedForwardLayer) stage.layer()).getNOut());
      }
    } catch (IllegalArgumentException e) {
      throw new UnsupportedLayerException(stage, "could not be deployed: " + e.getMessage());
    }
    return quantization;
  }

  static void requireNchw(Stage stage, CNN2DFormat format) {
    if (format != CNN2DFormat.NCHW) {
      throw new UnsupportedLayerException(
          stage, "has data format NHWC; build the network with NCHW");
    }
  }

  static void requireGlobalAverage(Stage stage, GlobalPoolingLayer pooling) {
    if (pooling.getPoolingType() != PoolingType.AVG || !pooling.isCollapseDimensions()) {
      throw new UnsupportedLayerException(
          stage,
          "pools globally by "
              + pooling.getPoolingType()
              + (pooling.isCollapseDimensions() ? "" : " without collapsing dimensions")
              + "; use AVG with collapsed dimensions");
    }
  }

  /** Dropout does nothing in inference; a loss comes after the last code. */
  static void requirePassThrough(Stage stage) {
    if (stage.layer() instanceof FrozenLayer) {
      throw new UnsupportedLayerException(
          stage,
          "is frozen, so its activation range would never be observed; prepare the network unfrozen, fit at least one batch, and then freeze");
    }
    if (stage.layer() instanceof LossLayer loss) {
      requireDeployableOutput(stage, loss.getActivationFn());
    } else if (!(stage.layer() instanceof DropoutLayer)) {
      throw new UnsupportedLayerException(stage, "has no integer form");
    }
  }

  static void requireDeployableOutput(Stage stage, IActivation activation) {
    if (!(activation instanceof ActivationSoftmax || activation instanceof ActivationIdentity)) {
      throw new UnsupportedLayerException(
          stage, "has output activation '" + activation + "'; use softmax or identity");
    }
  }
}
