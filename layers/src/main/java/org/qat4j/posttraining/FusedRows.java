package org.qat4j.posttraining;

import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.layers.LinearBlock;
import org.qat4j.quantizers.WeightCodes;

/** Weights [outChannels, fanIn] with batch normalization folded in. */
final class FusedRows {
  private FusedRows() {}

  /** As trained. */
  static INDArray real(LinearBlock block) {
    return fused(block.weights(), block.factor());
  }

  /** What deployment's codes stand for; an exempt layer's are as trained. */
  static INDArray rounded(LinearBlock block) {
    return block.quantizesWeights() ? fused(values(block.codes()), block.factor()) : real(block);
  }

  /** The values of codes. */
  static double[][] values(WeightCodes codes) {
    double[][] rows = new double[codes.scales().length][codes.fanIn()];
    for (int o = 0; o < rows.length; o++) {
      for (int i = 0; i < rows[o].length; i++) {
        rows[o][i] = (double) codes.scales()[o] * codes.differences()[o * codes.fanIn() + i];
      }
    }
    return rows;
  }

  private static INDArray fused(double[][] rows, double[] factor) {
    for (int o = 0; o < rows.length; o++) {
      for (int i = 0; i < rows[o].length; i++) {
        rows[o][i] *= factor[o];
      }
    }
    return Nd4j.createFromArray(rows);
  }

  /** The sum of each channel over images and places: of [batch, channels, ...]. */
  static double[] channelSums(INDArray values) {
    INDArray sums = values.rank() == 4 ? values.sum(0, 2, 3) : values.sum(0);
    return sums.castTo(DataType.DOUBLE).toDoubleVector();
  }
}
