package org.qat4j.layers;

import java.util.Map;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;

/**
 * The updater of a block whose batch normalization was given another one than its linear layer: as
 * one object, since Deeplearning4j sets the learning rate of a layer on its one updater.
 *
 * @param linear of all that is trained but gamma and beta
 * @param norm of gamma and beta
 */
record BlockUpdater(@JsonProperty("linear") IUpdater linear, @JsonProperty("norm") IUpdater norm)
    implements IUpdater {
  private static final long serialVersionUID = 1L;

  @JsonCreator
  BlockUpdater {}

  @Override
  public IUpdater clone() {
    return new BlockUpdater(linear.clone(), norm.clone());
  }

  @Override
  public boolean hasLearningRate() {
    return linear.hasLearningRate() || norm.hasLearningRate();
  }

  @Override
  public double getLearningRate(int iteration, int epoch) {
    return (linear.hasLearningRate() ? linear : norm).getLearningRate(iteration, epoch);
  }

  @Override
  public void setLrAndSchedule(double rate, ISchedule schedule) {
    for (IUpdater part : new IUpdater[] {linear, norm}) {
      if (part.hasLearningRate()) {
        part.setLrAndSchedule(rate, schedule);
      }
    }
  }

  @Override
  public long stateSize(long parameters) {
    return linear.stateSize(parameters);
  }

  @Override
  @SuppressWarnings("rawtypes") // As ND4J declares it.
  public GradientUpdater instantiate(INDArray state, boolean initialize) {
    return linear.instantiate(state, initialize);
  }

  @Override
  @SuppressWarnings("rawtypes") // As ND4J declares it.
  public GradientUpdater instantiate(Map<String, INDArray> state, boolean initialize) {
    return linear.instantiate(state, initialize);
  }
}
