package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Linear;

/** 2-D convolution by {@code conv2d} and {@code conv2d_bp}: NCHW, weights OIHW. */
final class Nd4jConvolution implements Linear {
  /** The operation's number for weights [out, in, height, width]. */
  private static final int OIHW = 1;

  private final int[] arguments;
  private final int[] kernel;
  private final long inChannels;

  Nd4jConvolution(ConvolutionLayer layer) {
    kernel = layer.getKernelSize();
    inChannels = layer.getNIn();
    arguments =
        Nd4jWindow.arguments(
            layer.getConvolutionMode(),
            kernel,
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            Nd4jWindow.NCHW,
            OIHW);
  }

  @Override
  public INDArray rows(INDArray weights) {
    return weights.reshape('c', weights.size(0), weights.length() / weights.size(0));
  }

  private INDArray oihw(INDArray rows) {
    return rows.reshape('c', rows.size(0), inChannels, kernel[0], kernel[1]);
  }

  @Override
  public INDArray forward(
      INDArray input, INDArray rows, INDArray bias, LayerWorkspaceMgr workspace) {
    INDArray[] inputs =
        bias == null
            ? new INDArray[] {input, oihw(rows)}
            : new INDArray[] {input, oihw(rows), bias.reshape(bias.length())};
    DynamicCustomOp op =
        DynamicCustomOp.builder("conv2d").addInputs(inputs).addIntegerArguments(arguments).build();
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
        DynamicCustomOp.builder("conv2d_bp")
            .addInputs(input, oihw(rows), epsilon)
            .addOutputs(inputGradient, weightGradient)
            .addIntegerArguments(arguments)
            .build());
    if (biasGradient != null) {
      biasGradient.assign(epsilon.sum(0, 2, 3).reshape(biasGradient.shape()));
    }
    return inputGradient;
  }
}
