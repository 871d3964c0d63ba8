package org.qat4j.jobs.report;

import java.util.List;
import org.qat4j.cli.report.Environment;
import org.qat4j.posttraining.Quality;
import org.qat4j.posttraining.Sensitivity.OfLayer;

/**
 * Which layers of a network hurt when they are quantized.
 *
 * @param created time in UTC, ISO 8601
 * @param model file of the float network
 * @param data where the images are from
 * @param calibrationImages that ranges were chosen by
 * @param images that quality was measured with
 * @param floatAccuracy of the float network
 * @param widths for each number of bits
 */
public record SensitivityReport(
    String created,
    String model,
    String data,
    int calibrationImages,
    int images,
    double floatAccuracy,
    List<Width> widths,
    Environment environment) {
  public SensitivityReport {
    widths = List.copyOf(widths);
  }

  /**
   * With so many bits.
   *
   * @param quantized the whole network
   * @param layers in execution order
   */
  public record Width(int bits, Quality quantized, List<OfLayer> layers) {
    public Width {
      layers = List.copyOf(layers);
    }
  }
}
