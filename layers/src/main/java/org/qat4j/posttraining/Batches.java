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
    return new Batches(batches);
  }

  /** From the first batch on, without labels. */
  DataSetIterator iterator() {
    return new ExistingDataSetIterator(
        features.stream().map(each -> new DataSet(each, null)).toList());
  }
}
