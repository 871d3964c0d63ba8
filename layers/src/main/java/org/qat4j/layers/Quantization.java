package org.qat4j.layers;

import java.io.Serializable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;

/**
 * How one layer is quantized. Part of the network's configuration, so it is saved with it.
 *
 * @param weights how its weights become codes, if it has any
 * @param activations how its output becomes codes
 * @param schedule when quantization starts and when statistics and ranges freeze
 */
public record Quantization(
    @JsonProperty("weightScheme") WeightScheme weights,
    @JsonProperty("activationScheme") ActivationScheme activations,
    @JsonProperty("schedule") Schedule schedule)
    implements Serializable {

  /** 8-bit weights and activations from the first iteration. */
  public static final Quantization INT8 =
      new Quantization(WeightScheme.uniform(8), ActivationScheme.observed(8), Schedule.IMMEDIATE);

  @JsonCreator
  public Quantization {
    if (weights == null || activations == null || schedule == null) {
      // Earlier snapshots had other names in a saved network.
      throw new IllegalArgumentException(
          "this network was prepared by an earlier snapshot of qat4j, whose schemes this version"
              + " cannot read: load it with that version, or prepare and train its original again");
    }
  }
}
