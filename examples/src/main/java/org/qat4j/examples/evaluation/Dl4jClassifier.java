package org.qat4j.examples.evaluation;

import org.qat4j.examples.data.Images;
import org.qat4j.examples.network.Network;
import org.qat4j.examples.training.Batches;

/** A Deeplearning4j network's own inference. */
public record Dl4jClassifier(Network network) implements Classifier {
  @Override
  public float[] scores(Images images, int from, int to) {
    return network.output(Batches.features(images, from, to)).dup('c').data().asFloat();
  }
}
