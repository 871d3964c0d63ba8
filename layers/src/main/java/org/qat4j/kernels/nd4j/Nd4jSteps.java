package org.qat4j.kernels.nd4j;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Recurrence.Pass;
import org.qat4j.kernels.Recurrence.Weights;

/** What recurrent layers do for all steps at once: the products that no step has to wait for. */
final class Nd4jSteps {
  private Nd4jSteps() {}

  /** The weighted sums of all inputs, with bias: {@code [time, batch, gates * units]}. */
  static INDArray project(Pass pass, LayerWorkspaceMgr workspace) {
    INDArray bias = pass.weights().bias();
    INDArray sums = like(pass.input(), bias.length(), ArrayType.INPUT, workspace);
    rows(sums).assign(rows(pass.input()).mmul(pass.weights().input())).addiRowVector(bias);
    return sums;
  }

  /** Uninitialized, for as many steps of as many sequences. */
  static INDArray like(
      INDArray sequence, long features, ArrayType type, LayerWorkspaceMgr workspace) {
    long[] shape = {sequence.size(0), sequence.size(1), features};
    return workspace.createUninitialized(type, sequence.dataType(), shape, 'c');
  }

  /** All steps of all sequences, one below the other. */
  static INDArray rows(INDArray sequence) {
    return sequence.reshape('c', sequence.size(0) * sequence.size(1), sequence.size(2));
  }

  /** Makes a step's values 0 where its mask is. */
  static void mask(INDArray values, INDArray mask, long time) {
    if (mask != null) {
      values.muliColumnVector(mask.getColumn(time, true).castTo(values.dataType()));
    }
  }

  /**
   * The gradients of weights and input from those of the weighted sums.
   *
   * @param outputs of each step
   * @param deltas gradient of the sums, {@code [time, batch, gates * units]}
   */
  static INDArray differentiate(
      Pass pass,
      INDArray outputs,
      INDArray deltas,
      Weights gradients,
      LayerWorkspaceMgr workspace) {
    long gateColumns = deltas.size(2);
    INDArray all = rows(deltas);
    gradients.input().assign(rows(pass.input()).transpose().mmul(all));
    columns(gradients.recurrent(), gateColumns)
        .assign(rows(previous(pass.initial()[0], outputs)).transpose().mmul(all));
    gradients.bias().assign(all.sum(0).reshape(gradients.bias().shape()));
    INDArray inputGradient =
        like(deltas, pass.weights().features(), ArrayType.ACTIVATION_GRAD, workspace);
    rows(inputGradient).assign(all.mmul(pass.weights().input().transpose()));
    return inputGradient;
  }

  /** A state before each step: one step later than after each. */
  static INDArray previous(INDArray initial, INDArray states) {
    INDArray previous = states.ulike();
    previous.slice(0).assign(initial);
    if (states.size(0) > 1) {
      previous
          .get(interval(1, states.size(0)), all(), all())
          .assign(states.get(interval(0, states.size(0) - 1), all(), all()));
    }
    return previous;
  }

  /** One gate's columns of weighted sums or weights. */
  static INDArray gate(INDArray columns, int gate, long units) {
    return columns.get(all(), interval(gate * units, (gate + 1) * units));
  }

  /** The first columns of weights. */
  static INDArray columns(INDArray weights, long count) {
    return weights.get(all(), interval(0, count));
  }

  /** A column of weights as a row. */
  static INDArray column(INDArray weights, long column) {
    return weights.get(all(), interval(column, column + 1)).reshape(1, weights.size(0));
  }

  static INDArray zeros(INDArray like) {
    return Nd4j.zeros(like.dataType(), like.shape());
  }
}
