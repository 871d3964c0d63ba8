package org.qat4j.training;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.qat4j.layers.Quantization;
import org.qat4j.layers.Quantization.RangeRule;
import org.qat4j.layers.Schedule;

/**
 * How a network is to be quantized.
 *
 * @param quantization of every layer that no rule names
 * @param rules for single layers; the first that matches a layer's name wins
 */
public record QatConfig(Quantization quantization, List<Rule> rules) {

  /**
   * Bits of the layers whose name a pattern matches as a whole.
   *
   * @param layers regular expression, for example {@code conv1|output}
   * @param weightBits 2 to 8
   * @param activationBits 2 to 8
   */
  public record Rule(Pattern layers, int weightBits, int activationBits) {
    boolean matches(String name) {
      return layers.matcher(name).matches();
    }
  }

  public QatConfig {
    rules = List.copyOf(rules);
    rules.forEach(rule -> apply(rule, quantization));
  }

  /** 8-bit weights and activations from the first iteration. */
  public static QatConfig int8() {
    return builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** What holds for the layer of that name. */
  Quantization of(String name) {
    return rules.stream()
        .filter(rule -> rule.matches(name))
        .findFirst()
        .map(rule -> apply(rule, quantization))
        .orElse(quantization);
  }

  private static Quantization apply(Rule rule, Quantization general) {
    return new Quantization(
        rule.weightBits(),
        rule.activationBits(),
        general.rangeRule(),
        general.rangeRate(),
        general.schedule());
  }

  /** Starts from 8-bit weights and activations. */
  public static final class Builder {
    private int weightBits = Quantization.INT8.weightBits();
    private int activationBits = Quantization.INT8.activationBits();
    private RangeRule rangeRule = Quantization.INT8.rangeRule();
    private double rangeRate = Quantization.INT8.rangeRate();
    private Schedule schedule = Quantization.INT8.schedule();
    private final List<Rule> rules = new ArrayList<>();

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

    /** How activation ranges are learned from batches; a moving average by default. */
    public Builder rangeRule(RangeRule rule) {
      this.rangeRule = rule;
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
     * Other bits for the layers whose name the regular expression matches as a whole: often the
     * first and the last layer keep 8.
     */
    public Builder layers(String regex, int weights, int activations) {
      rules.add(new Rule(Pattern.compile(regex), weights, activations));
      return this;
    }

    /**
     * Checks the settings.
     *
     * @throws IllegalArgumentException naming the setting that is out of range
     */
    public QatConfig build() {
      Quantization general =
          new Quantization(weightBits, activationBits, rangeRule, rangeRate, schedule);
      return new QatConfig(general, rules);
    }
  }
}
