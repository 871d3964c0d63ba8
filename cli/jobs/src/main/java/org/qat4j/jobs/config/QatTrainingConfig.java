package org.qat4j.jobs.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.regex.Pattern;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.Observation;
import org.qat4j.quantizers.WeightScheme;

/**
 * Quantization-aware training.
 *
 * @param epochs passes over the training images
 * @param batch images per step
 * @param learningRate Adam's, at the first step; it falls linearly to 0 at the last one
 * @param weightBits bits of a weight: 1 to 8 or 16
 * @param weightScheme how weights become codes
 * @param firstAndLastWeightBits bits of the weights of the first and the last layer with weights; 0
 *     for {@code weightBits}
 * @param activationBits bits of an activation code: 1 to 8 or 16; the input and the logits have 8
 * @param eightBitActivations regular expression of the names of layers whose output has 8-bit
 *     observed codes whatever {@code activationBits} says; empty for none
 * @param activationScheme where the scale of activations comes from
 * @param range what of a batch's values an observed range keeps: the name of a {@link
 *     RangeEstimator}
 * @param rangeParameter that range's number, if it has one; 0 for the usual one
 * @param rangeRate weight of the newest batch in the moving average of each activation range
 * @param exempt regular expression of the names of layers that stay in floating point; empty for
 *     none
 * @param teacherWeight of the float network's answers in the loss, in [0, 1]; 0 for labels only
 * @param temperature that softens the answers of teacher and student
 * @param schedule when quantization and freezing start
 */
public record QatTrainingConfig(
    int epochs,
    int batch,
    double learningRate,
    int weightBits,
    WeightKind weightScheme,
    int firstAndLastWeightBits,
    int activationBits,
    String eightBitActivations,
    ActivationKind activationScheme,
    String range,
    double rangeParameter,
    double rangeRate,
    String exempt,
    double teacherWeight,
    double temperature,
    ScheduleConfig schedule) {
  public static final QatTrainingConfig DEFAULT =
      new QatTrainingConfig(
          1,
          32,
          0.0001,
          8,
          WeightKind.USUAL,
          0,
          8,
          "",
          ActivationKind.USUAL,
          "minMax",
          0,
          0.05,
          "",
          0,
          4,
          ScheduleConfig.DEFAULT);

  /** How weights become codes. */
  public enum WeightKind {
    /** What is usual for the number of bits. */
    @JsonProperty("usual")
    USUAL,
    @JsonProperty("uniform")
    UNIFORM,
    @JsonProperty("lsq")
    LSQ,
    @JsonProperty("binary")
    BINARY,
    @JsonProperty("ternary")
    TERNARY,
    @JsonProperty("dorefa")
    DOREFA,
    @JsonProperty("powerOfTwo")
    POWER_OF_TWO;

    WeightScheme scheme(int bits) {
      return switch (this) {
        case USUAL -> WeightScheme.ofBits(bits);
        case UNIFORM -> WeightScheme.uniform(bits);
        case LSQ -> WeightScheme.lsq(bits);
        case BINARY -> of(bits, WeightScheme.binary());
        case TERNARY -> of(bits, WeightScheme.ternary());
        case DOREFA -> WeightScheme.dorefa(bits);
        case POWER_OF_TWO -> WeightScheme.powerOfTwo(bits);
      };
    }
  }

  /** A scheme that has one number of bits only. */
  private static WeightScheme of(int bits, WeightScheme scheme) {
    if (scheme.bits() != bits) {
      throw new IllegalArgumentException(
          "with weightBits " + bits + " another scheme; this one has " + scheme.bits());
    }
    return scheme;
  }

  /** Where the scale of activations comes from. */
  public enum ActivationKind {
    /** What is usual for the number of bits. */
    @JsonProperty("usual")
    USUAL,
    @JsonProperty("observed")
    OBSERVED,
    @JsonProperty("pact")
    PACT,
    @JsonProperty("lsq")
    LSQ,
    @JsonProperty("lsqPlus")
    LSQ_PLUS;

    ActivationScheme scheme(int bits) {
      return switch (this) {
        case USUAL -> ActivationScheme.ofBits(bits);
        case OBSERVED -> ActivationScheme.observed(bits);
        case PACT -> ActivationScheme.pact(bits);
        case LSQ -> ActivationScheme.lsq(bits);
        case LSQ_PLUS -> ActivationScheme.lsqPlus(bits);
      };
    }
  }

  /** The scheme of all weights that nothing else is said of. */
  public WeightScheme weights() {
    return weightScheme.scheme(weightBits);
  }

  /** The scheme of all activations between layers. */
  public ActivationScheme activations() {
    return activationScheme.scheme(activationBits);
  }

  /** How ranges are observed. */
  public Observation observation() {
    return Observation.of(estimator(range, rangeParameter)).withRate(rangeRate);
  }

  private static RangeEstimator estimator(String name, double parameter) {
    RangeEstimator usual = RangeEstimator.parse(name);
    return parameter == 0 ? usual : usual.with(parameter);
  }

  public QatTrainingConfig {
    Check.between("epochs", epochs, 1, 10_000);
    Check.between("batch", batch, 1, 65_536);
    Check.positive("learningRate", learningRate, 1);
    Check.bits("weightBits", weightBits);
    if (firstAndLastWeightBits != 0) {
      Check.bits("firstAndLastWeightBits", firstAndLastWeightBits);
    }
    Check.bits("activationBits", activationBits);
    Check.accepted("weightScheme", weightScheme, () -> weightScheme.scheme(weightBits));
    Check.accepted(
        "activationScheme", activationScheme, () -> activationScheme.scheme(activationBits));
    Check.positive("rangeRate", rangeRate, 1);
    Check.oneOf("range", range, RangeEstimator.all().stream().map(RangeEstimator::name).toList());
    Check.accepted("rangeParameter", rangeParameter, () -> estimator(range, rangeParameter));
    Check.fraction("teacherWeight", teacherWeight);
    Check.positive("temperature", temperature, 100);
    Check.accepted(
        "eightBitActivations", eightBitActivations, () -> Pattern.compile(eightBitActivations));
    Check.accepted("exempt", exempt, () -> Pattern.compile(exempt));
  }
}
