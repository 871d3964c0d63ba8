package org.qat4j.jobs.evaluation;

import org.qat4j.cli.data.Inputs;
import org.qat4j.cli.evaluation.Classifier;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.training.Batches;

/** A Deeplearning4j network's own inference. */
public record Dl4jClassifier(Network network) implements Classifier {
  @Override
  public float[] scores(Inputs inputs, int from, int to) {
    return network.output(Batches.features(inputs, from, to)).dup('c').data().asFloat();
  }
}
