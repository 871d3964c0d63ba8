package org.qat4j.training.calibration;

import java.util.Iterator;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.MultiDataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.iterator.MultiDataSetIterator;

/** The features of each batch of data; labels may be missing. */
public final class Features {
  private Features() {}

  /** Those that are left; all, where none is left and the iterator can start again. */
  public static Iterator<INDArray> of(DataSetIterator data) {
    if (!data.hasNext() && data.resetSupported()) {
      data.reset();
    }
    return iterator(data::hasNext, () -> of(data.next()));
  }

  /** As for a {@link DataSetIterator}; each batch has one array of features. */
  public static Iterator<INDArray> of(MultiDataSetIterator data) {
    if (!data.hasNext() && data.resetSupported()) {
      data.reset();
    }
    return iterator(data::hasNext, () -> of(data.next()));
  }

  private static INDArray of(DataSet batch) {
    requireNoMask(batch.getFeaturesMaskArray());
    return batch.getFeatures();
  }

  private static INDArray of(MultiDataSet batch) {
    if (batch.numFeatureArrays() != 1) {
      throw new IllegalArgumentException(
          "the data has "
              + batch.numFeatureArrays()
              + " arrays of features; expected 1, for the network's one input");
    }
    requireNoMask(batch.hasMaskArrays() ? batch.getFeaturesMaskArray(0) : null);
    return batch.getFeatures(0);
  }

  private static void requireNoMask(INDArray mask) {
    if (mask != null) {
      throw new IllegalArgumentException(
          "the data has a mask of its features; masks are for sequences, which cannot be calibrated");
    }
  }

  private static Iterator<INDArray> iterator(BooleanSupplier hasNext, Supplier<INDArray> next) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return hasNext.getAsBoolean();
      }

      @Override
      public INDArray next() {
        return next.get();
      }
    };
  }
}
