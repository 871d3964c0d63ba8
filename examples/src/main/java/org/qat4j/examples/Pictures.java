package org.qat4j.examples;

import java.util.List;
import java.util.Random;
import org.deeplearning4j.datasets.iterator.utilty.ListDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.networks.LeNet;

/**
 * Data for the programs here: noise in which one quarter of the picture, the class, is brighter.
 */
final class Pictures {
  static final int CLASSES = 4;
  private static final int COUNT = 256;
  private static final int BATCH = 32;

  private Pictures() {}

  /** Pictures of LeNet's size in batches. */
  static DataSetIterator batches() {
    List<DataSet> all = draw(1, COUNT, 1, LeNet.SIZE).asList();
    return new ListDataSetIterator<>(all, BATCH);
  }

  /** A LeNet for them. */
  static MultiLayerNetwork freshNetwork() {
    return LeNet.create(1, new Adam(0.001), 0, CLASSES);
  }

  /** A LeNet that has learned them. */
  static MultiLayerNetwork trainedNetwork() {
    MultiLayerNetwork network = freshNetwork();
    network.fit(batches(), 2);
    return network;
  }

  /** Pictures [count, channels, size, size] in [0, 1] with one-hot labels. */
  static DataSet draw(long seed, int count, int channels, int size) {
    Random random = new Random(seed);
    float[] pixels = new float[count * channels * size * size];
    for (int i = 0; i < pixels.length; i++) {
      int quarter = 2 * (2 * (i / size % size) / size) + 2 * (i % size) / size;
      boolean bright = quarter == i / (channels * size * size) % CLASSES;
      pixels[i] = random.nextFloat() * (bright ? 1 : 0.5f);
    }
    INDArray labels = Nd4j.zeros(count, CLASSES);
    for (int i = 0; i < count; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(Nd4j.createFromArray(pixels).reshape(count, channels, size, size), labels);
  }
}
