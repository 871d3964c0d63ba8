package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Pooling;

/** Pooling by {@code maxpool2d} or {@code avgpool2d} and their derivatives. */
final class Nd4jPooling implements Pooling {
  private final String operation;
  private final int[] arguments;

  Nd4jPooling(String operation, SubsamplingLayer layer) {
    this.operation = operation;
    int countPadding = layer.isAvgPoolIncludePadInDivisor() ? 1 : 0;
    arguments =
        WindowArguments.arguments(
            layer.getConvolutionMode(),
            layer.getKernelSize(),
            layer.getStride(),
            layer.getPadding(),
            layer.getDilation(),
            countPadding,
            WindowArguments.NCHW);
  }

  @Override
  public INDArray forward(INDArray input, ArrayType type, LayerWorkspaceMgr workspace) {
    DynamicCustomOp op =
        DynamicCustomOp.builder(operation).addInputs(input).addIntegerArguments(arguments).build();
    long[] shape = op.calculateOutputShape().get(0).getShape();
    INDArray output = workspace.createUninitialized(type, input.dataType(), shape, 'c');
    op.addOutputArgument(output);
    Nd4j.exec(op);
    return output;
  }

  @Override
  public INDArray infer(INDArray input, LayerWorkspaceMgr workspace) {
    return forward(input, ArrayType.ACTIVATIONS, workspace);
  }

  @Override
  public INDArray backward(INDArray input, INDArray epsilon, LayerWorkspaceMgr workspace) {
    INDArray gradient =
        workspace.createUninitialized(
            ArrayType.ACTIVATION_GRAD, input.dataType(), input.shape(), 'c');
    Nd4j.exec(
        DynamicCustomOp.builder(operation + "_bp")
            .addInputs(input, epsilon)
            .addOutputs(gradient)
            .addIntegerArguments(arguments)
            .build());
    return gradient;
  }
}
