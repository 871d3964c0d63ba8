package org.qat4j.jobs.training;

import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.cli.data.Inputs;
import org.qat4j.cli.data.Labelled;

/** Images as Deeplearning4j takes them. */
public final class Batches {
  private Batches() {}

  /** Number of batches that cover {@code images}; the last one may be smaller. */
  public static int count(int images, int batch) {
    return (images + batch - 1) / batch;
  }

  /** Writes one image as real numbers. */
  interface Source {
    void copy(int image, float[] target, int offset);
  }

  /**
   * Some images with one-hot labels.
   *
   * @param pixels gives each image's
   * @return features float32 [n, channels, height, width] or [n, features]; labels float32 [n,
   *     classes]
   */
  static DataSet of(Labelled data, int[] chosen, Source pixels) {
    Inputs inputs = data.inputs();
    int classes = data.classes();
    float[] features = new float[Math.multiplyExact(chosen.length, inputs.size())];
    float[] labels = new float[chosen.length * classes];
    for (int i = 0; i < chosen.length; i++) {
      pixels.copy(chosen[i], features, i * inputs.size());
      labels[i * classes + data.label(chosen[i])] = 1;
    }
    return new DataSet(
        features(features, chosen.length, inputs),
        Nd4j.createFromArray(labels).reshape('c', chosen.length, classes));
  }

  /** All images with their labels, so many at a time. */
  public static DataSetIterator of(Labelled data, int batch) {
    return new ExistingDataSetIterator(
        IntStream.range(0, count(data.count(), batch))
            .mapToObj(i -> IntStream.range(i * batch, Math.min((i + 1) * batch, data.count())))
            .map(some -> of(data, some.toArray(), data.inputs()::copyScaled))
            .iterator());
  }

  /**
   * The images {@code [from, to)}.
   *
   * @return float32 [n, channels, height, width] or [n, features]
   */
  public static INDArray features(Inputs inputs, int from, int to) {
    return features(inputs.scaled(from, to), to - from, inputs);
  }

  private static INDArray features(float[] scaled, int count, Inputs inputs) {
    return Nd4j.createFromArray(scaled)
        .reshape(
            'c', IntStream.concat(IntStream.of(count), IntStream.of(inputs.shape())).toArray());
  }
}
