package org.qat4j.jobs.report;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qat4j.cli.report.Environment;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.evaluation.CodeHistogram;
import org.qat4j.jobs.evaluation.LayerReport;
import org.qat4j.jobs.training.CurvePoint;
import org.qat4j.jobs.training.Phase;

/** A report with every kind of content. */
final class SampleReport {
  private SampleReport() {}

  static Report named(String name) {
    return new Report(
        name,
        "2026-01-02T03:04:05Z",
        new Report.Accuracy(0.991, 0.9905, 0.9905, 10_000),
        new Report.Codes(196_940_000L, 0),
        new Report.Size(1_725_440, 1_725_500, 442_989, 321_098),
        new Report.Compute(2_293_000, 1),
        new Report.Speed(
            1234.5,
            2345.6,
            65432.1,
            new Ratio(1.9, 1.85, 1.95),
            new Ratio(53, 51, 55.2),
            450,
            64,
            2,
            1,
            15),
        new Report.Ort(9_999, 10_000, 0.9904, "1.29.0"),
        new Report.Training(
            61.25,
            20.5,
            List.of(
                new CurvePoint(Phase.FLOAT, 1, 0.5, 0.96),
                new CurvePoint(Phase.FLOAT, 2, 0.05, 0.98),
                new CurvePoint(Phase.QAT, 1, 0.04, 0.99))),
        List.of(convolution(), pooling()),
        ConfigReader.tree(JobConfig.DEFAULT),
        new Environment("a JVM", "an OS", "a CPU", 2, Map.of("oneDNN", "3.11")));
  }

  private static LayerReport convolution() {
    CodeHistogram.Bins bins = new CodeHistogram.Bins(-127, 64, List.of(1L, 200L, 300L, 2L));
    return new LayerReport(
        "conv1",
        "ConvolutionLayer",
        "20x24x24",
        List.of("BatchNormalization", "relu"),
        "folds <b>& clamps",
        288_000,
        Optional.of(
            new LayerReport.WeightReport(8, 500, 450, 0.00001f, 0.02f, Optional.of(45.8), bins)),
        new LayerReport.OutputReport(
            8,
            0.0228f,
            0,
            Optional.of(39.2),
            0.0001,
            11_520,
            0,
            new CodeHistogram.Bins(0, 128, List.of(11_000L, 520L))));
  }

  private static LayerReport pooling() {
    return new LayerReport(
        "pool1",
        "SubsamplingLayer",
        "20x12x12",
        List.of(),
        "passes codes through",
        0,
        Optional.empty(),
        new LayerReport.OutputReport(
            8,
            0.0228f,
            0,
            Optional.empty(),
            0,
            2_880,
            0,
            new CodeHistogram.Bins(0, 128, List.of(2_880L, 0L))));
  }
}
