package org.qat4j.training;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SeparableConvolution2D;
import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.preprocessor.CnnToFeedForwardPreProcessor;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Requantization;
import org.qat4j.layers.Activations;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.QuantizingConf;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;

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
    if (stage.layer().getClass() != ConvolutionLayer.class
        && stage.layer().getClass() != DepthwiseConvolution2D.class) {
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
    requireAccepted(stage, () -> quantization.activations().requireFits(clip));
    return quantization;
  }

  /**
   * Checks that a block's weights can be shared out to their scales, and that its accumulator
   * cannot overflow: conversion would refuse it, after training.
   *
   * @param input the layer whose codes come in
   */
  static void requireDeployableWeights(
      Stage stage, FeedForwardLayer linear, WeightScheme weights, QuantizingConf input) {
    if (weights.isReal()) {
      return;
    }
    ActivationScheme codes = input.getQuantization().activations();
    int reach = codes.reach(Activations.clip(Activations.clampOf(input.getActivationFn())));
    requireAccepted(
        stage,
        () -> {
          weights.groupsOf(linear.getNOut());
          Requantization.requireAccumulatorFits(
              fanIn(linear), weights.codes(), weights.reach(), codes.codes(), reach);
        });
  }

  /** How many products an output value is the sum of. */
  private static long fanIn(FeedForwardLayer linear) {
    if (!(linear instanceof ConvolutionLayer convolution)) {
      return linear.getNIn();
    }
    long window =
        Arrays.stream(convolution.getKernelSize()).asLongStream().reduce(1, Math::multiplyExact);
    return linear instanceof DepthwiseConvolution2D ? window : window * linear.getNIn();
  }

  private static void requireAccepted(Stage stage, Runnable check) {
    try {
      check.run();
    } catch (IllegalArgumentException e) {
      throw new UnsupportedLayerException(stage, "could not be deployed: " + e.getMessage());
    }
  }

  static void requireSeparable(Stage stage, SeparableConvolution2D separable) {
    if (separable.getCnn2dDataFormat() != null) {
      requireNchw(stage, separable.getCnn2dDataFormat());
    }
    if (separable.getConstraints() != null && !separable.getConstraints().isEmpty()) {
      throw new UnsupportedLayerException(
          stage, "has parameter constraints, which its two parts cannot share; remove them");
    }
  }

  static void requireActivation(Stage stage, IActivation activation) {
    if (!Activations.isSupported(activation)) {
      throw new UnsupportedLayerException(
          stage,
          "has activation '"
              + activation
              + "'; use identity, relu, relu6, hardtanh, leaky relu, tanh, sigmoid or hard"
              + " sigmoid");
    }
  }

  /** Codes can be flattened, and before the first of them anything may happen. */
  static void requirePreprocessor(Stage stage) {
    InputPreProcessor preprocessor = stage.preprocessor();
    if (preprocessor != null && !(preprocessor instanceof CnnToFeedForwardPreProcessor)) {
      throw new UnsupportedLayerException(
          stage,
          "reshapes its input by "
              + preprocessor.getClass().getSimpleName()
              + "; inside a network only CnnToFeedForwardPreProcessor has an integer form");
    }
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

  /**
   * Padding and upsampling only move codes, dropout does nothing in inference, and a loss comes
   * after the last code.
   */
  static void requirePassThrough(Stage stage) {
    if (stage.layer() instanceof FrozenLayer) {
      throw new UnsupportedLayerException(
          stage,
          "is frozen, so its activation range would never be observed; prepare the network unfrozen, fit at least one batch, and then freeze");
    }
    if (stage.layer() instanceof LossLayer loss) {
      requireDeployableOutput(stage, loss.getActivationFn());
    } else if (stage.layer() instanceof ZeroPaddingLayer padding) {
      requireNchw(stage, padding.getDataFormat());
    } else if (stage.layer() instanceof Upsampling2D upsampling) {
      requireNchw(stage, upsampling.getFormat());
    } else if (!(stage.layer() instanceof DropoutLayer)) {
      throw new UnsupportedLayerException(
          stage, "has no integer form; put a supported layer in its place");
    }
  }

  static void requireDeployableOutput(Stage stage, IActivation activation) {
    if (!(activation instanceof ActivationSoftmax || activation instanceof ActivationIdentity)) {
      throw new UnsupportedLayerException(
          stage,
          "has output activation '"
              + activation
              + "'; use softmax or identity. A sigmoid can stand in a DenseLayer in front of a"
              + " LossLayer with identity");
    }
  }
}
