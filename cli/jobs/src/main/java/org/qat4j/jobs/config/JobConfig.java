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
 */
@JsonPropertyOrder({"seed", "network", "data", "float", "qat"})
public record JobConfig(
    long seed,
    NetworkKind network,
    DataConfig data,
    @JsonProperty("float") FloatConfig floatTraining,
    QatTrainingConfig qat) {

  public static final JobConfig DEFAULT =
      new JobConfig(
          12345,
          NetworkKind.LENET,
          DataConfig.DEFAULT,
          FloatConfig.DEFAULT,
          QatTrainingConfig.DEFAULT);
}
