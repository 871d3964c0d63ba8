package org.qat4j.examples.config;

/**
 * Quantization-aware training.
 *
 * @param epochs passes over the training images
 * @param batch images per step
 * @param learningRate Adam's, at the first step; it falls linearly to 0 at the last one
 * @param weightBits bits of a weight code
 * @param activationBits bits of an activation code
 * @param rangeRate weight of the newest batch in the moving average of each activation range
 * @param schedule when quantization and freezing start
 */
public record QatTrainingConfig(
    int epochs,
    int batch,
    double learningRate,
    int weightBits,
    int activationBits,
    double rangeRate,
    ScheduleConfig schedule) {
  public static final QatTrainingConfig DEFAULT =
      new QatTrainingConfig(1, 32, 0.0001, 8, 8, 0.05, ScheduleConfig.DEFAULT);

  public QatTrainingConfig {
    Check.between("epochs", epochs, 1, 10_000);
    Check.between("batch", batch, 1, 65_536);
    Check.positive("learningRate", learningRate, 1);
    Check.between("weightBits", weightBits, 2, 8);
    Check.between("activationBits", activationBits, 2, 8);
    Check.positive("rangeRate", rangeRate, 1);
  }
}
