package org.qat4j.examples.words;

import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A Deeplearning4j network.
 *
 * @param network of words [batch, 1, time] to probabilities [batch, words, time]
 */
public record NetworkWords(MultiLayerNetwork network) implements WordModel {
  @Override
  public float[] next(int[] words, int batch) {
    INDArray input = places(words, batch);
    return network.rnnTimeStep(input).permute(0, 2, 1).dup('c').data().asFloat();
  }

  /** {@code [batch, 1, steps]}. */
  static INDArray places(int[] words, int batch) {
    float[] values = new float[words.length];
    for (int i = 0; i < words.length; i++) {
      values[i] = words[i];
    }
    return Nd4j.create(values, new long[] {batch, 1, words.length / batch}, 'c');
  }

  @Override
  public void reset() {
    network.rnnClearPreviousState();
  }

  @Override
  public void close() {
    reset();
  }
}
