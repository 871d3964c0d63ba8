package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Cell;
import org.qat4j.kernels.Recurrence;

/** A simple recurrent layer, step by step. */
final class Nd4jSimpleRnn implements Recurrence {
  private final Cell.Simple cell;

  /** Weighted sums {@code [time, batch, units]}. */
  private INDArray sums;

  /** Of each step {@code [time, batch, units]}. */
  private INDArray outputs;

  Nd4jSimpleRnn(Cell.Simple cell) {
    this.cell = cell;
  }

  @Override
  public INDArray forward(Pass pass, INDArray[] last, LayerWorkspaceMgr workspace) {
    sums = Nd4jSteps.project(pass, workspace);
    outputs = Nd4jSteps.like(sums, pass.units(), ArrayType.INPUT, workspace);
    INDArray output = pass.initial()[0];
    for (long t = 0; t < pass.time(); t++) {
      INDArray sum = sums.slice(t).addi(output.mmul(pass.weights().recurrent()));
      output = outputs.slice(t).assign(cell.activation().getActivation(sum.dup(), true));
      Nd4jSteps.mask(output, pass.mask(), t);
    }
    last[0].assign(output);
    return workspace.dup(ArrayType.ACTIVATIONS, outputs, 'c');
  }

  @Override
  public INDArray backward(
      Pass pass, INDArray epsilon, Weights gradients, LayerWorkspaceMgr workspace) {
    INDArray deltas = sums.ulike();
    // ND4J's slices of views with gaps may be empty.
    INDArray given = epsilon.dup('c');
    INDArray behind = null;
    for (long t = pass.time() - 1; t >= 0; t--) {
      INDArray gradient = given.slice(t);
      if (behind != null) {
        gradient.addi(behind);
      }
      Nd4jSteps.mask(gradient, pass.mask(), t);
      INDArray delta = deltas.slice(t);
      delta.assign(cell.activation().backprop(sums.slice(t).dup(), gradient).getFirst());
      Nd4jSteps.mask(delta, pass.mask(), t);
      behind = delta.mmul(pass.weights().recurrent().transpose());
    }
    return Nd4jSteps.differentiate(pass, outputs, deltas, gradients, workspace);
  }
}
