package org.qat4j.layers.recurrent;

import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.ChannelsLast;

/**
 * Sequences as Deeplearning4j's layers see them, {@code [batch, features, time]} or {@code [batch,
 * time, features]}, and as kernels do, {@code [time, batch, features]} in row order.
 */
final class Sequences {
  private Sequences() {}

  /** A view with time first, in whatever order it lies. */
  static INDArray timeFirst(INDArray sequence, RNNFormat format) {
    return format == RNNFormat.NWC ? sequence.permute(1, 0, 2) : sequence.permute(2, 0, 1);
  }

  /** A view as layers see it, of a sequence with time first. */
  static INDArray asLayersSee(INDArray timeFirst, RNNFormat format) {
    return format == RNNFormat.NWC ? timeFirst.permute(1, 0, 2) : timeFirst.permute(1, 2, 0);
  }

  /**
   * With time first, in row order: a view if it lies so, else a copy in the workspace of layer
   * inputs.
   */
  static INDArray inRowOrder(
      INDArray sequence, RNNFormat format, DataType type, LayerWorkspaceMgr workspace) {
    INDArray timeFirst = timeFirst(sequence, format);
    return timeFirst.dataType() == type && ChannelsLast.isInRowOrder(timeFirst)
        ? timeFirst
        : workspace
            .createUninitialized(ArrayType.INPUT, type, timeFirst.shape(), 'c')
            .assign(timeFirst);
  }

  /**
   * All steps of all sequences of a row order, one below the other: {@code [time * batch,
   * features]}.
   */
  static INDArray rows(INDArray timeFirst) {
    return timeFirst.reshape('c', timeFirst.size(0) * timeFirst.size(1), timeFirst.size(2));
  }
}
