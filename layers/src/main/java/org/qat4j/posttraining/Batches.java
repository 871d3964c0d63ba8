package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;

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

  /** All that an iterator has, labels left aside. */
  static Batches of(DataSetIterator data) {
    data.reset();
    List<INDArray> batches = new ArrayList<>();
    data.forEachRemaining(batch -> batches.add(batch.getFeatures()));
    return new Batches(batches);
  }
}
