package org.qat4j.training;

import org.qat4j.layers.Quantization;
import org.qat4j.layers.Schedule;

/**
 * How a network is to be quantized.
 *
 * @param quantization applied to every layer
 */
public record QatConfig(Quantization quantization) {

  /** 8-bit weights and activations from the first iteration. */
  public static QatConfig int8() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Starts from 8-bit weights and activations. */
  public static final class Builder {
    private int weightBits = Quantization.INT8.weightBits();
    private int activationBits = Quantization.INT8.activationBits();
    private double rangeRate = Quantization.INT8.rangeRate();
    private Schedule schedule = Quantization.INT8.schedule();

    private Builder() {}

    /** 2 to 8. */
    public Builder weightBits(int bits) {
      this.weightBits = bits;
      return this;
    }

    /** 2 to 8. */
    public Builder activationBits(int bits) {
      this.activationBits = bits;
      return this;
    }

    /** Weight of the newest batch in the moving average of activation ranges, in (0, 1]. */
    public Builder rangeRate(double rate) {
      this.rangeRate = rate;
      return this;
    }

    public Builder schedule(Schedule schedule) {
      this.schedule = schedule;
      return this;
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException naming the setting that is out of range
     */
    public QatConfig build() {
      return new QatConfig(new Quantization(weightBits, activationBits, rangeRate, schedule));
    }
  }
}
