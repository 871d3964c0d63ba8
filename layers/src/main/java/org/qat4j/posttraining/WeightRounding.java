package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.qat4j.layers.LinearBlock;

/**
 * AdaRound (Nagel et al. 2020, arXiv:2004.10568): chooses for each weight whether it is rounded up
 * or down, so that each layer puts out what the float network's puts out, as nearly as its codes
 * allow. Layer by layer, each behind the quantized and rounded ones before it (eq. 25).
 *
 * <p>What was chosen is stored as the weights themselves: each gets the value of its code. The
 * nearest code of that is the code, so whatever saves, converts or trains on the network keeps it.
 *
 * @param iterations of gradient descent for each layer
 * @param batch images in each
 * @param seed of the order of the images
 */
public record WeightRounding(int iterations, int batch, long seed) {
  /** 600 iterations of 32 images: seconds for a small network on a processor. */
  public static final WeightRounding DEFAULT = new WeightRounding(600, 32, 1);

  public WeightRounding {
    if (iterations < 1 || batch < 1) {
      throw new IllegalArgumentException(
          "iterations and batch must be >= 1, got " + iterations + " and " + batch);
    }
  }

  /**
   * A copy of a calibrated network with its weights rounded so. Exempt layers stay as they are.
   *
   * @param calibrated not modified
   * @param data of the kind that the network was calibrated with
   * @throws IllegalArgumentException if a layer's weight scheme cannot keep what is chosen, naming
   *     it
   * @throws IllegalStateException if ranges are not known
   */
  public MultiLayerNetwork round(MultiLayerNetwork calibrated, DataSetIterator data) {
    return round(calibrated, Batches.of(data), Steps.SEQUENTIAL);
  }

  /** As {@link #round(MultiLayerNetwork, DataSetIterator)}. */
  public ComputationGraph round(ComputationGraph calibrated, DataSetIterator data) {
    return round(calibrated, Batches.of(data), Steps.GRAPH);
  }

  private <N> N round(N calibrated, Batches data, Steps<N> steps) {
    return steps.adjusted(
        calibrated,
        data,
        layer -> {
          if (layer.quantized().quantizesWeights()) {
            round(layer);
          }
        });
  }

  /** Rounds the weights of one layer. */
  void round(LayerByLayer.Case layer) {
    LinearBlock block = layer.quantized();
    if (!block.keepsCodes()) {
      throw new IllegalArgumentException(
          "layer '"
              + block.name()
              + "': its weight scheme cannot keep which weights are rounded up; give it"
              + " WeightScheme.uniform, leastSquares or lsq");
    }
    block.startScales();
    RoundingProblem problem = new RoundingProblem(block);
    List<INDArray> inputs = batches(layer.quantizedInputs());
    List<INDArray> targets = batches(layer.realOutputs());
    problem.scaleTo(inputs.get(0), targets.get(0));
    Random order = new Random(seed);
    for (int i = 0; i < iterations; i++) {
      int next = order.nextInt(inputs.size());
      problem.step(inputs.get(next), targets.get(next), (double) i / iterations);
    }
    problem.store();
  }

  /** Cut into batches of the wanted size. */
  private List<INDArray> batches(List<INDArray> arrays) {
    List<INDArray> cut = new ArrayList<>();
    for (INDArray array : arrays) {
      for (long from = 0; from < array.size(0); from += batch) {
        long to = Math.min(from + batch, array.size(0));
        cut.add(array.get(NDArrayIndex.interval(from, to)));
      }
    }
    return cut;
  }
}
