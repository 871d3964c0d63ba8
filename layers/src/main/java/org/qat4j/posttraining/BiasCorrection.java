package org.qat4j.posttraining;

import java.util.List;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.layers.LinearBlock;

/**
 * Empirical bias correction (Nagel et al. 2019, arXiv:1906.04721, sec. 4.2 and appendix D):
 * rounding moves the mean of each output channel; with data both means are measured before the
 * activation function, and the difference is added to the bias.
 *
 * <p>Layers are corrected in execution order, each behind the quantized and corrected ones before
 * it. A layer with neither a bias nor a batch normalization with parameters stays as it is.
 */
public final class BiasCorrection {
  private BiasCorrection() {}

  /**
   * A corrected copy of a calibrated network.
   *
   * @param calibrated not modified
   * @param data of the kind that the network was calibrated with
   * @throws IllegalStateException if its ranges are not known
   */
  public static MultiLayerNetwork correct(MultiLayerNetwork calibrated, DataSetIterator data) {
    return correct(calibrated, Batches.of(data), Steps.SEQUENTIAL);
  }

  /** As {@link #correct(MultiLayerNetwork, DataSetIterator)}. */
  public static ComputationGraph correct(ComputationGraph calibrated, DataSetIterator data) {
    return correct(calibrated, Batches.of(data), Steps.GRAPH);
  }

  static <N> N correct(N calibrated, Batches data, Steps<N> steps) {
    return steps.adjusted(calibrated, data, BiasCorrection::correct);
  }

  /** Corrects one layer. */
  static void correct(LayerByLayer.Case layer) {
    if (layer.quantized().isShiftable()) {
      double[] real = means(layer.real(), FusedRows.real(layer.real()), layer.realInputs());
      double[] rounded =
          means(layer.quantized(), FusedRows.rounded(layer.quantized()), layer.quantizedInputs());
      for (int o = 0; o < real.length; o++) {
        real[o] -= rounded[o];
      }
      layer.quantized().shift(real);
    }
  }

  /** The mean of each channel over all images and places. */
  private static double[] means(LinearBlock block, INDArray rows, List<INDArray> inputs) {
    double[] sums = new double[Math.toIntExact(rows.size(0))];
    double count = 0;
    for (INDArray input : inputs) {
      INDArray values = block.multiply(input, rows, null);
      double[] batch = FusedRows.channelSums(values);
      for (int o = 0; o < sums.length; o++) {
        sums[o] += batch[o];
      }
      count += (double) values.length() / sums.length;
    }
    for (int o = 0; o < sums.length; o++) {
      sums[o] /= count;
    }
    return sums;
  }
}
