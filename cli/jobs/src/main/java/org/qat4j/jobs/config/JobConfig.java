package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;

/**
 * One job: train a float network, train it further for quantization, convert it, measure it.
 *
 * @param seed of the generated data, the initial weights and the order of the images
 * @param network name of one that is built in, zip file, or Java class
 * @param data which images
 * @param floatTraining key {@code float}: training without quantization
 * @param qat quantization-aware training
 * @param prune weights and filters that go
 */
@JsonPropertyOrder({"seed", "network", "data", "float", "qat", "prune"})
public record JobConfig(
    long seed,
    String network,
    DataConfig data,
    @JsonProperty("float") FloatConfig floatTraining,
    QatTrainingConfig qat,
    PruneConfig prune) {

  public static final JobConfig DEFAULT = defaults(false, false);

  public JobConfig {
    if (prune.isOfWeights()
        && prune.during() == PruneConfig.During.FLOAT
        && !floatTraining.fastLayers()) {
      throw new InvalidValueException(
          "prune.during", "float", "qat, or float with float.fastLayers, which prune");
    }
    if (network.isBlank()) {
      throw new InvalidValueException(
          "network",
          "empty",
          "lenet, resnet20, a zip file of a Deeplearning4j network, or a Java class that makes one");
    }
  }

  /**
   * What keys mean that are left out.
   *
   * @param ownNetwork whether the network is the user's
   * @param ownData whether the data is
   */
  static JobConfig defaults(boolean ownNetwork, boolean ownData) {
    return new JobConfig(
        12345,
        ConfigNames.of(NetworkKind.LENET),
        ownData ? DataConfig.OWN : DataConfig.DEFAULT,
        ownNetwork ? FloatConfig.OWN : FloatConfig.DEFAULT,
        QatTrainingConfig.DEFAULT,
        PruneConfig.DEFAULT);
  }
}
