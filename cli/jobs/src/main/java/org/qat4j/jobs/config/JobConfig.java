package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One job: train a float network, train it further for quantization, convert it, measure it.
 *
 * @param seed of the generated data, the initial weights and the order of the images
 * @param network which network
 * @param data which images
 * @param floatTraining key {@code float}: training without quantization
 * @param qat quantization-aware training
 * @param prune weights and filters that go
 */
@JsonPropertyOrder({"seed", "network", "data", "float", "qat", "prune"})
public record JobConfig(
    long seed,
    NetworkKind network,
    DataConfig data,
    @JsonProperty("float") FloatConfig floatTraining,
    QatTrainingConfig qat,
    PruneConfig prune) {

  public static final JobConfig DEFAULT =
      new JobConfig(
          12345,
          NetworkKind.LENET,
          DataConfig.DEFAULT,
          FloatConfig.DEFAULT,
          QatTrainingConfig.DEFAULT,
          PruneConfig.DEFAULT);

  public JobConfig {
    if (prune.isOfWeights()
        && prune.during() == PruneConfig.During.FLOAT
        && !floatTraining.fastLayers()) {
      throw new InvalidValueException(
          "prune.during", "float", "qat, or float with float.fastLayers, which prune");
    }
  }
}
