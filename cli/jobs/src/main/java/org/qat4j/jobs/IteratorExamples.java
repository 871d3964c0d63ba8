package org.qat4j.jobs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.data.Rows;
import org.qat4j.cli.error.UserException;
import org.qat4j.jobs.network.Blueprint;
import org.qat4j.jobs.network.UserClasses;

/** The examples that an iterator of a Java class gives, all of them, in its order. */
final class IteratorExamples {
  private final String where;
  private final Blueprint network;
  private final List<float[]> features = new ArrayList<>();
  private final List<int[]> labels = new ArrayList<>();
  private int[] shape = {};

  private IteratorExamples(String where, Blueprint network) {
    this.where = where;
    this.network = network;
  }

  /**
   * Reads them.
   *
   * @param part train or test
   * @throws UserException if they are not for this network
   */
  static Labelled read(String className, String part, UserClasses classes, Blueprint network) {
    IteratorExamples examples = new IteratorExamples(className + "." + part + "()", network);
    DataSetIterator iterator = classes.data(className, part);
    network
        .normalizer()
        .filter(any -> iterator.getPreProcessor() == null)
        .ifPresent(iterator::setPreProcessor);
    while (iterator.hasNext()) {
      examples.add(iterator.next());
    }
    return examples.labelled();
  }

  private void add(DataSet batch) {
    if (batch.hasMaskArrays()) {
      throw new UserException(where + ": gives masks, which only sequences have; leave them out");
    }
    long[] all = batch.getFeatures().shape();
    int[] one = Arrays.stream(all).skip(1).mapToInt(size -> (int) size).toArray();
    network.inputs().requireShape(where, one);
    if (shape.length > 0 && !Arrays.equals(shape, one)) {
      throw new UserException(
          where
              + ": gives arrays of the shapes "
              + Arrays.toString(shape)
              + " and "
              + Arrays.toString(one)
              + "; expected one");
    }
    shape = one;
    INDArray classes = batch.getLabels();
    if (classes == null || classes.rank() != 2 || classes.size(1) != network.classes()) {
      throw new UserException(
          where
              + ": gives labels of the shape "
              + (classes == null ? "none" : Arrays.toString(classes.shape()))
              + "; expected [examples, "
              + network.classes()
              + "], 1 for the class of each and 0 for all others");
    }
    features.add(batch.getFeatures().castTo(DataType.FLOAT).dup('c').data().asFloat());
    labels.add(classes.argMax(1).toIntVector());
  }

  private Labelled labelled() {
    int count = labels.stream().mapToInt(batch -> batch.length).sum();
    if (count == 0) {
      throw new UserException(where + ": gives no examples");
    }
    int size = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    float[] values = new float[Math.multiplyExact(count, size)];
    int at = 0;
    for (float[] batch : features) {
      System.arraycopy(batch, 0, values, at, batch.length);
      at += batch.length;
    }
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw new UserException(where + ": gives " + value + " as a feature; expected numbers");
      }
    }
    int[] all = labels.stream().flatMapToInt(Arrays::stream).toArray();
    return new Labelled(new Rows(count, shape, values), all, network.classes(), List.of());
  }
}
