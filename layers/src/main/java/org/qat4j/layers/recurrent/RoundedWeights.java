package org.qat4j.layers.recurrent;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import org.deeplearning4j.nn.conf.layers.AbstractLSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.layers.Quantization;
import org.qat4j.quantizers.WeightQuantizer;

/**
 * Weight matrices rounded to what their codes stand for, with a scale for each column of a gate's
 * unit, and the straight-through gradient back. Peepholes stay real.
 */
final class RoundedWeights {
  private final Quantization quantization;
  private final WeightQuantizer quantizer;
  private final long columns;

  /**
   * @param columns of a matrix that have codes
   */
  RoundedWeights(Quantization quantization, long columns) {
    this.quantization = quantization;
    this.quantizer = quantization.weights().quantizer();
    this.columns = columns;
  }

  /** How many columns of weights each unit of a layer has. */
  static long gates(Layer layer) {
    return layer instanceof AbstractLSTM ? 4 : 1;
  }

  /** Whether weights are rounded in an iteration. */
  boolean rounds(int iteration) {
    return !quantization.weights().isReal() && iteration >= quantization.schedule().quantizeFrom();
  }

  /**
   * The nearest representable weights.
   *
   * @param weights {@code [inputs, columns and peepholes]}, not modified
   * @param step learned scales, not modified; null where none are learned
   * @return a new array in column order
   */
  INDArray round(INDArray weights, INDArray step) {
    INDArray rounded = weights.dup('f');
    INDArray coded = coded(rounded);
    coded.assign(
        quantizer
            .fakeQuantize(coded.transpose(), step == null ? null : step.dup())
            .rows()
            .transpose());
    return rounded;
  }

  /**
   * Turns the gradient of the rounded weights into that of the real ones, in place.
   *
   * @param stepGradient overwritten; null where none are learned
   */
  void passBack(INDArray weights, INDArray step, INDArray gradient, INDArray stepGradient) {
    quantizer.backward(coded(weights).transpose(), step, coded(gradient).transpose(), stepGradient);
  }

  private INDArray coded(INDArray weights) {
    return weights.size(1) == columns ? weights : weights.get(all(), interval(0, columns));
  }
}
