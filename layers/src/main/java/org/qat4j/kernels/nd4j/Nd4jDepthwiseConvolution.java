package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Linear;

/**
 * 2-D convolution of each channel by itself, by {@code depthwise_conv2d} and {@code
 * depthwise_conv2d_bp}: NCHW, weights [height, width, channel, multiplier].
 */
final class Nd4jDepthwiseConvolution implements Linear {
  private final int[] arguments;
  private final int[] kernel;
  private final long channels;
  private final int multiplier;

  Nd4jDepthwiseConvolution(DepthwiseConvolution2D layer) {
    kernel = layer.getKernelSize();
    channels = layer.getNIn();
    multiplier = layer.getDepthMultiplier();
    arguments =
        Nd4jWindow.arguments(
            layer.getConvolutionMode(),
            kernel,
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            Nd4jWindow.NCHW);
  }

  @Override
  public INDArray rows(INDArray weights) {
    return weights
        .reshape('c', weights.size(0) * weights.size(1), channels * multiplier)
        .transpose();
  }

  private INDArray weights(INDArray rows) {
    return rows.transpose().reshape('c', kernel[0], kernel[1], channels, multiplier);
  }

  @Override
  public INDArray forward(
      INDArray input, INDArray rows, INDArray bias, LayerWorkspaceMgr workspace) {
    INDArray[] inputs =
        bias == null
            ? new INDArray[] {input, weights(rows)}
            : new INDArray[] {input, weights(rows), bias.reshape(bias.length())};
    DynamicCustomOp op =
        DynamicCustomOp.builder("depthwise_conv2d")
            .addInputs(inputs)
            .addIntegerArguments(arguments)
            .build();
    return workspace.leverageTo(ArrayType.INPUT, Nd4j.exec(op)[0]);
  }

  @Override
  public INDArray backward(
      INDArray input,
      INDArray rows,
      INDArray epsilon,
      INDArray weightGradient,
      INDArray biasGradient,
      LayerWorkspaceMgr workspace) {
    INDArray inputGradient =
        workspace.createUninitialized(
            ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
    Nd4j.exec(
        DynamicCustomOp.builder("depthwise_conv2d_bp")
            .addInputs(input, weights(rows), epsilon)
            .addOutputs(inputGradient, weightGradient)
            .addIntegerArguments(arguments)
            .build());
    if (biasGradient != null) {
      biasGradient.assign(epsilon.sum(0, 2, 3).reshape(biasGradient.shape()));
    }
    return inputGradient;
  }
}
