package org.qat4j.posttraining;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.training.QatConfig;

/**
 * Quantization without training until the accuracy is good enough.
 *
 * <p>The converted model is measured on a validation set. If it lost too much, the following is
 * tried in this order, each only for those layers that {@linkplain Sensitivity#hurting make most of
 * the noise} and only where there is something to gain; what does not lower the accuracy is kept,
 * and the first that is good enough ends the search.
 *
 * <ol>
 *   <li>other range estimators, for each tensor the one with the least noise at the output
 *   <li>{@linkplain Equalization equalization}, if it reaches one of these layers
 *   <li>{@linkplain BiasCorrection bias correction}
 *   <li>{@linkplain WeightRounding adaptive rounding} of their weights
 *   <li>16-bit weights and outputs for the worst layer, the two worst, and so on
 *   <li>real numbers for the worst layers with weights, likewise
 * </ol>
 *
 * @param maxDrop largest allowed loss of accuracy against the float network, in percentage points
 * @param exemptions how many layers may get 16 bits, and how many may stay real
 * @param sensitivityImages of the validation set, by which layers are judged
 * @param rounding how weights are rounded
 */
public record AutomaticCalibration(
    double maxDrop, int exemptions, int sensitivityImages, WeightRounding rounding) {
  public AutomaticCalibration {
    if (!(maxDrop >= 0 && maxDrop <= 100)) {
      throw new IllegalArgumentException(
          "the largest drop must be 0 to 100 percentage points, got " + maxDrop);
    }
    if (exemptions < 0 || sensitivityImages < 1) {
      throw new IllegalArgumentException(
          "exemptions must be >= 0 and sensitivityImages >= 1, got "
              + exemptions
              + " and "
              + sensitivityImages);
    }
  }

  /** At most 4 layers in 16 bits or real, judged by 256 images. */
  public static AutomaticCalibration within(double maxDrop) {
    return new AutomaticCalibration(maxDrop, 4, 256, WeightRounding.DEFAULT);
  }

  /**
   * Something that was tried, or why it was not.
   *
   * @param what for a person, naming layers
   * @param accuracy of the INT8 model on the validation set; empty where nothing was measured
   * @param kept whether what follows builds on it
   */
  public record Attempt(String what, Optional<Double> accuracy, boolean kept) {}

  /**
   * The end of the search.
   *
   * @param network calibrated: the best that was found
   * @param floatAccuracy of the float network on the validation set
   * @param accuracy of the best network's INT8 model there
   * @param satisfied whether it lost no more than allowed
   * @param attempts in order
   * @param hurting prepared layers that make most of the noise that is left, the worst first: those
   *     to train
   */
  public record Result<N>(
      N network,
      double floatAccuracy,
      double accuracy,
      boolean satisfied,
      List<Attempt> attempts,
      List<String> hurting) {
    public Result {
      attempts = List.copyOf(attempts);
      hurting = List.copyOf(hurting);
    }

    /** Percentage points lost. */
    public double drop() {
      return 100 * (floatAccuracy - accuracy);
    }
  }

  /**
   * Searches.
   *
   * @param network float, not modified
   * @param calibration images to choose ranges by; labels are not needed
   * @param validation labelled images, labels one-hot
   * @param config what is tried first
   * @param listener hears of each attempt as soon as it was measured
   * @throws IllegalArgumentException if data is empty, holds NaN or has other classes than the
   *     network; as {@link org.qat4j.training.Qat#calibrate}
   */
  public Result<MultiLayerNetwork> run(
      MultiLayerNetwork network,
      DataSetIterator calibration,
      DataSetIterator validation,
      QatConfig config,
      Consumer<Attempt> listener) {
    return new Search<>(this, Steps.SEQUENTIAL, network, calibration, validation, config, listener)
        .run();
  }

  /** As for a {@link MultiLayerNetwork}. */
  public Result<ComputationGraph> run(
      ComputationGraph network,
      DataSetIterator calibration,
      DataSetIterator validation,
      QatConfig config,
      Consumer<Attempt> listener) {
    return new Search<>(this, Steps.GRAPH, network, calibration, validation, config, listener)
        .run();
  }
}
