package org.qat4j.jobs.report;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.qat4j.cli.report.Environment;
import org.qat4j.jobs.config.QuantizeConfig;
import org.qat4j.jobs.evaluation.LayerReport;
import org.qat4j.posttraining.AutomaticCalibration;

/**
 * What quantization without training found out. Its JSON form lies beside the model file.
 *
 * @param created time in UTC, ISO 8601
 * @param settings what was asked for
 * @param attempts of automatic calibration, in order; none where it was not asked for
 * @param compared images whose codes were compared, the first ones of the test
 * @param codes of all layers on these: prepared network against model file
 * @param seconds what each part of the work took, in order
 */
public record QuantizationReport(
    String created,
    QuantizeConfig settings,
    List<AutomaticCalibration.Attempt> attempts,
    Accuracy accuracy,
    int compared,
    Report.Codes codes,
    Size size,
    Report.Compute compute,
    Map<String, Double> seconds,
    List<LayerReport> layers,
    Environment environment) {

  /**
   * Fractions of the test images that are classified right.
   *
   * @param floatNetwork key {@code float}
   * @param int8 the model file on the integer runtime
   * @param images in the test set
   */
  public record Accuracy(@JsonProperty("float") double floatNetwork, double int8, int images) {
    /** What quantization costs, in points. */
    public double drop() {
      return 100 * (floatNetwork - int8);
    }
  }

  /**
   * Bytes.
   *
   * @param floatBytes parameters of the float network
   * @param int8Bytes the model file
   */
  public record Size(long floatBytes, long int8Bytes) {}
}
