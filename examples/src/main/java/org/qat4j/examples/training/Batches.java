package org.qat4j.examples.training;

import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.examples.data.Images;
import org.qat4j.examples.data.Labelled;

/** Images as Deeplearning4j takes them. */
public final class Batches {
  private Batches() {}

  /** Number of batches that cover {@code images}; the last one may be smaller. */
  public static int count(int images, int batch) {
    return (images + batch - 1) / batch;
  }

  /**
   * The images {@code order[from..to)} with one-hot labels.
   *
   * @return features float32 [n, 1, height, width] in [0, 1]; labels float32 [n, classes]
   */
  static DataSet of(Labelled data, int[] order, int from, int to) {
    Images images = data.images();
    float[] features = new float[(to - from) * images.size()];
    float[] labels = new float[(to - from) * Labelled.CLASSES];
    for (int i = from; i < to; i++) {
      images.copyScaled(order[i], features, (i - from) * images.size());
      labels[(i - from) * Labelled.CLASSES + data.label(order[i])] = 1;
    }
    return new DataSet(
        features(features, to - from, images),
        Nd4j.createFromArray(labels).reshape('c', to - from, Labelled.CLASSES));
  }

  /**
   * The images {@code [from, to)}.
   *
   * @return float32 [n, 1, height, width] in [0, 1]
   */
  public static INDArray features(Images images, int from, int to) {
    return features(images.scaled(from, to), to - from, images);
  }

  private static INDArray features(float[] scaled, int count, Images images) {
    return Nd4j.createFromArray(scaled).reshape('c', count, 1, images.height(), images.width());
  }
}
