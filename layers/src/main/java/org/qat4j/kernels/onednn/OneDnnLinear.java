package org.qat4j.kernels.onednn;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Linear;

/**
 * What convolution and dense share: arrays in the working layout, primitives made once per shape.
 */
abstract class OneDnnLinear implements Linear {

  /** The primitives for one input shape. Arrays are in the working layout; bias may be null. */
  interface Primitives {
    long[] outputShape();

    void forward(INDArray source, INDArray rows, INDArray bias, INDArray result);

    void backwardWeights(
        INDArray source, INDArray delta, INDArray rowsGradient, INDArray biasGradient);

    void backwardData(INDArray delta, INDArray rows, INDArray result);
  }

  abstract Primitives primitives(INDArray source, INDArray rows, boolean biased);

  @Override
  public final INDArray forward(
      INDArray input, INDArray rows, INDArray bias, LayerWorkspaceMgr workspace) {
    INDArray source = Layouts.working(input);
    Primitives p = primitives(source, rows, bias != null);
    INDArray result = Layouts.allocate(p.outputShape(), ArrayType.INPUT, workspace);
    p.forward(source, rows, bias, result);
    return result;
  }

  @Override
  public final INDArray backward(
      INDArray input,
      INDArray rows,
      INDArray epsilon,
      INDArray weightGradient,
      INDArray biasGradient,
      LayerWorkspaceMgr workspace) {
    INDArray source = Layouts.working(input);
    INDArray delta = Layouts.working(epsilon);
    Primitives p = primitives(source, rows, biasGradient != null);
    p.backwardWeights(source, delta, rows(weightGradient), biasGradient);
    INDArray result = Layouts.allocate(input.shape(), ArrayType.ACTIVATION_GRAD, workspace);
    p.backwardData(delta, rows, result);
    return result;
  }

  @Override
  public final void backwardWeights(
      INDArray input,
      INDArray rows,
      INDArray epsilon,
      INDArray weightGradient,
      INDArray biasGradient,
      LayerWorkspaceMgr workspace) {
    INDArray source = Layouts.working(input);
    primitives(source, rows, biasGradient != null)
        .backwardWeights(source, Layouts.working(epsilon), rows(weightGradient), biasGradient);
  }
}
