package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Linear;

/** A 2-D convolution by an ND4J operation and the one of that name with {@code _bp} behind it. */
abstract class Nd4jWindowed implements Linear {
  private final String operation;
  private final int[] arguments;

  Nd4jWindowed(String operation, int[] arguments) {
    this.operation = operation;
    this.arguments = arguments;
  }

  /** The weights as the operation takes them; a view. */
  abstract INDArray weights(INDArray rows);

  @Override
  public final INDArray forward(
      INDArray input, INDArray rows, INDArray bias, LayerWorkspaceMgr workspace) {
    INDArray[] inputs =
        bias == null
            ? new INDArray[] {input, weights(rows)}
            : new INDArray[] {input, weights(rows), bias.reshape(bias.length())};
    DynamicCustomOp op =
        DynamicCustomOp.builder(operation).addInputs(inputs).addIntegerArguments(arguments).build();
    return workspace.leverageTo(ArrayType.INPUT, Nd4j.exec(op)[0]);
  }

  @Override
  public final INDArray backward(
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
        DynamicCustomOp.builder(operation + "_bp")
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
