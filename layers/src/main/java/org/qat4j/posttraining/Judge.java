package org.qat4j.posttraining;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;

/**
 * Labelled images to judge networks by, kept in memory.
 *
 * @param batches at least one, with one class for each image
 */
record Judge(List<Batch> batches) {

  /**
   * @param features [batch, ...]
   * @param classes of each image
   */
  @SuppressWarnings("ArrayRecordComponent") // Read in this package alone, and not changed.
  record Batch(INDArray features, int[] classes) {}

  /**
   * All that is left of an iterator; from its start where nothing is left.
   *
   * @param runner of the network to judge, in floating point
   * @throws IllegalArgumentException if there are no images, no labels, labels of another number of
   *     classes, or NaN
   */
  static Judge of(DataSetIterator data, LayerRunner runner) {
    if (!data.hasNext() && data.resetSupported()) {
      data.reset();
    }
    List<Batch> batches = new ArrayList<>();
    while (data.hasNext()) {
      DataSet next = data.next();
      if (batches.isEmpty()) {
        requireClasses(next, runner);
      }
      batches.add(batch(next, batches.size()));
    }
    if (batches.isEmpty()) {
      throw new IllegalArgumentException(
          "the validation set is empty: give some hundred labelled images that the network was not"
              + " trained with");
    }
    return new Judge(List.copyOf(batches));
  }

  private static void requireClasses(DataSet data, LayerRunner runner) {
    long outputs = runner.runAll(false, data.getFeatures()).get(runner.output()).size(1);
    INDArray labels = data.getLabels();
    boolean oneHot = labels != null && labels.rank() == 2;
    if (!oneHot || labels.size(1) != outputs) {
      throw new IllegalArgumentException(
          "the validation set has labels of "
              + (oneHot ? labels.size(1) : "no")
              + " classes, the network tells "
              + outputs
              + " apart: give images of the classes that it was trained for");
    }
  }

  private static Batch batch(DataSet data, int index) {
    Batches.requireFinite("the validation set", index, data.getFeatures());
    return new Batch(
        data.getFeatures(), data.getLabels().argMax(1).castTo(DataType.INT32).toIntVector());
  }

  /** About so many of the images, whole batches from the start. */
  Judge some(int images) {
    List<Batch> some = new ArrayList<>();
    int count = 0;
    for (Batch batch : batches) {
      if (count < images) {
        some.add(batch);
        count += batch.classes().length;
      }
    }
    return new Judge(some);
  }

  /** Of a network in floating point. */
  double accuracy(LayerRunner runner) {
    return accuracy(features -> floats(runner.runAll(false, features).get(runner.output())));
  }

  /**
   * Of a model.
   *
   * @param runner of the network that it was converted from
   */
  double accuracy(QuantizedModel model, LayerRunner runner) {
    try (InferenceSession session = InferenceSession.open(model)) {
      return accuracy(
          features ->
              session.run(
                  floats(runner.networkInput(features)), Math.toIntExact(features.size(0))));
    }
  }

  private double accuracy(Function<INDArray, float[]> network) {
    Quality.Sum sum = new Quality.Sum();
    for (Batch batch : batches) {
      float[] output = network.apply(batch.features());
      sum.add(output, output, batch.classes());
    }
    return sum.quality().accuracy();
  }

  static float[] floats(INDArray array) {
    return array.castTo(DataType.FLOAT).dup('c').data().asFloat();
  }
}
