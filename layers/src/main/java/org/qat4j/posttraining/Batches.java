package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.List;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.training.calibration.Features;

/**
 * Inputs of a network, kept in memory.
 *
 * @param features [batch, ...] each, at least one
 */
record Batches(List<INDArray> features) {
  Batches {
    features = List.copyOf(features);
    if (features.isEmpty()) {
      throw new IllegalArgumentException(
          "the data to calibrate with holds no images; give some hundred that are like those to"
              + " come");
    }
  }

  /** All that an iterator has, as {@link Features#of(DataSetIterator)} reads it. */
  static Batches of(DataSetIterator data) {
    List<INDArray> batches = new ArrayList<>();
    Features.of(data).forEachRemaining(batches::add);
    for (int i = 0; i < batches.size(); i++) {
      requireFinite("the data to calibrate with", i, batches.get(i));
    }
    return new Batches(batches);
  }

  /**
   * Refuses a batch with NaN or infinity.
   *
   * @param of what it belongs to
   * @param index of the batch, from 0
   */
  static void requireFinite(String of, int index, INDArray features) {
    if (!Double.isFinite(features.sumNumber().doubleValue())) {
      throw new IllegalArgumentException(
          "batch "
              + index
              + " of "
              + of
              + ", counted from 0, holds NaN or infinity; leave such images out or correct them");
    }
  }

  /** From the first batch on, without labels. */
  DataSetIterator iterator() {
    return new ExistingDataSetIterator(
        features.stream().map(each -> new DataSet(each, null)).toList());
  }
}
