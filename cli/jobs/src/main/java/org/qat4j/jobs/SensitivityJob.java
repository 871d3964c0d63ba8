package org.qat4j.jobs;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.stream.IntStream;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.report.Environment;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.report.SensitivityReport;
import org.qat4j.jobs.training.Batches;
import org.qat4j.posttraining.Sensitivity;
import org.qat4j.quantizers.ActivationScheme;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.QatConfig;
import org.qat4j.training.calibration.ActivationStatistics;
import org.qat4j.training.network.NetworkView;

/** Measures which layers of a float network hurt when they are quantized. */
public final class SensitivityJob {
  private static final int BATCH = 50;

  private final Network floatNetwork;
  private final Dataset data;

  /**
   * @param floatNetwork not modified
   * @param data training images to calibrate with, and test images
   */
  public SensitivityJob(Network floatNetwork, Dataset data) {
    this.floatNetwork = floatNetwork;
    this.data = data;
  }

  /**
   * Measures.
   *
   * @param model what the report calls the network
   * @param source what it calls the data
   * @param bits of weights and outputs, one after the other
   * @param images of the test set at most, from its start
   */
  public SensitivityReport run(String model, String source, List<Integer> bits, int images) {
    Labelled train = data.train();
    int measured = Math.min(images, data.test().count());
    Labelled test = data.test().first(measured, "test");
    ActivationStatistics seen = floatNetwork.observe(Batches.of(train, BATCH));
    List<Sensitivity> all =
        bits.stream()
            .map(
                each ->
                    Sensitivity.measure(
                        NetworkView.of(floatNetwork.calibrate(seen, config(each)).model()),
                        Batches.of(test, BATCH)))
            .toList();
    return new SensitivityReport(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        model,
        source,
        train.count(),
        measured,
        all.get(0).real().accuracy(),
        IntStream.range(0, bits.size()).mapToObj(i -> width(bits.get(i), all.get(i))).toList(),
        Environment.current());
  }

  private static SensitivityReport.Width width(int bits, Sensitivity measured) {
    return new SensitivityReport.Width(bits, measured.quantized(), measured.layers());
  }

  /** Uniform steps: what learns has nothing to learn from here. */
  private static QatConfig config(int bits) {
    return QatConfig.builder()
        .weights(WeightScheme.uniform(bits))
        .activations(ActivationScheme.observed(bits))
        .build();
  }
}
