package org.qat4j.jobs.training;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.cli.data.Images;
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
   * @return features float32 [n, channels, height, width] in [0, 1]; labels float32 [n, classes]
   */
  static DataSet of(Labelled data, int[] chosen, Source pixels) {
    Images images = data.images();
    float[] features = new float[chosen.length * images.size()];
    float[] labels = new float[chosen.length * Labelled.CLASSES];
    for (int i = 0; i < chosen.length; i++) {
      pixels.copy(chosen[i], features, i * images.size());
      labels[i * Labelled.CLASSES + data.label(chosen[i])] = 1;
    }
    return new DataSet(
        features(features, chosen.length, images),
        Nd4j.createFromArray(labels).reshape('c', chosen.length, Labelled.CLASSES));
  }

  /** Some images with their labels, so many at a time. */
  public static DataSetIterator of(Labelled data, int[] chosen, int batch) {
    return new ExistingDataSetIterator(
        IntStream.range(0, count(chosen.length, batch))
            .mapToObj(i -> Arrays.copyOfRange(chosen, i * batch, Math.min((i + 1) * batch, chosen.length)))
            .map(some -> of(data, some, data.images()::copyScaled))
            .iterator());
  }

  /**
   * The images {@code [from, to)}.
   *
   * @return float32 [n, channels, height, width] in [0, 1]
   */
  public static INDArray features(Images images, int from, int to) {
    return features(images.scaled(from, to), to - from, images);
  }

  private static INDArray features(float[] scaled, int count, Images images) {
    return Nd4j.createFromArray(scaled)
        .reshape('c', count, images.channels(), images.height(), images.width());
  }
}
