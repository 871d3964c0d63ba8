package org.qat4j.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.error.UserException;
import org.qat4j.cli.evaluation.Accuracy;
import org.qat4j.cli.evaluation.SessionClassifier;
import org.qat4j.cli.report.Environment;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.jobs.config.DataConfig;
import org.qat4j.jobs.config.QuantizeConfig;
import org.qat4j.jobs.evaluation.CodeComparison;
import org.qat4j.jobs.evaluation.Dl4jClassifier;
import org.qat4j.jobs.evaluation.LayerReport;
import org.qat4j.jobs.network.Blueprint;
import org.qat4j.jobs.network.Blueprints;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.network.UserClasses;
import org.qat4j.jobs.report.QuantizationReport;
import org.qat4j.jobs.report.Report;
import org.qat4j.jobs.report.ReportJson;
import org.qat4j.jobs.run.ModelFiles;
import org.qat4j.jobs.training.Batches;
import org.qat4j.posttraining.AutomaticCalibration;
import org.qat4j.training.QatConfig;
import org.qat4j.training.calibration.ActivationStatistics;
import org.qat4j.training.network.NetworkView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Quantizes a trained float network without training it, and measures what that costs. One object
 * runs one job.
 */
public final class QuantizeJob {
  private static final Logger LOG = LoggerFactory.getLogger(QuantizeJob.class);

  /** Images per call in calibration; ranges depend on it only where batches are averaged. */
  private static final int BATCH = 50;

  /** Test images whose codes are compared layer by layer: all accuracy is of all of them. */
  private static final int COMPARED = 1000;

  private final QuantizeConfig config;
  private final Network floatNetwork;
  private final Dataset data;
  private final List<AutomaticCalibration.Attempt> attempts = new ArrayList<>();
  private final Map<String, Double> seconds = new LinkedHashMap<>();

  private QuantizeJob(QuantizeConfig config, Network floatNetwork, Dataset data) {
    this.config = config;
    this.floatNetwork = floatNetwork;
    this.data = data;
  }

  /**
   * Reads the network, images to calibrate with, chosen at random, and all test images.
   *
   * @param classes where Java classes are looked for
   * @throws UserException if something is absent or does not fit
   */
  public static QuantizeJob load(QuantizeConfig config, UserClasses classes) {
    Blueprint network = Blueprints.find(config.model(), classes);
    DataConfig images = DataConfig.own(config.data(), config.images());
    return new QuantizeJob(
        config,
        network.create(config.seed(), Optional.empty()),
        Dataset.sample(images, config.seed(), network, classes));
  }

  /**
   * Runs the job and writes the model file and its report.
   *
   * @throws UserException if a file cannot be written, or no way loses as little as was asked for
   */
  public QuantizationReport run(ModelFiles files) {
    Network prepared =
        timed("calibration", () -> config.maxDrop().map(this::search).orElseGet(this::calibrate));
    return files.write(
        prepared.convert().with(data.properties()),
        file -> measure(prepared, file),
        ReportJson::pretty);
  }

  private Network calibrate() {
    // Labels come with the images, but have no effect.
    ActivationStatistics seen = floatNetwork.observe(Batches.of(data.train(), BATCH));
    return floatNetwork.calibrate(seen, quantization());
  }

  private QatConfig quantization() {
    return QatConfig.builder()
        .weights(config.weights())
        .activations(config.activations())
        .calibratedBy(config.calibration())
        .build();
  }

  private Network search(double maxDrop) {
    AutomaticCalibration.Result<?> result =
        AutomaticCalibration.within(maxDrop)
            .run(
                NetworkView.of(floatNetwork.model()),
                Batches.of(data.train(), BATCH),
                Batches.of(data.test(), BATCH),
                quantization(),
                this::report);
    if (!result.satisfied()) {
      throw new UserException(
          String.format(
              Locale.ROOT,
              "none of %d ways loses at most %s points; the best loses %.2f (%.2f %% of the test images,"
                  + " the float network %.2f %%). Nothing is written. Train these layers, which hurt most:"
                  + " %s; or allow more with --max-drop",
              attempts.size(),
              maxDrop,
              result.drop(),
              100 * result.accuracy(),
              100 * result.floatAccuracy(),
              String.join(", ", result.hurting())));
    }
    return Network.of(result.network());
  }

  private void report(AutomaticCalibration.Attempt attempt) {
    attempts.add(attempt);
    LOG.info(
        "{}: {}{}",
        attempt.what(),
        attempt
            .accuracy()
            .map(accuracy -> String.format(Locale.ROOT, "%.2f %%", 100 * accuracy))
            .orElse("left out"),
        attempt.accuracy().isPresent() && !attempt.kept() ? ", not kept" : "");
  }

  private QuantizationReport measure(Network prepared, Path file) {
    QuantizedModel model = load(file);
    Labelled test = data.test();
    double real =
        timed(
            "float accuracy",
            () -> Accuracy.of(new Dl4jClassifier(floatNetwork.onFastLayers()), test));
    double int8 = timed("INT8 accuracy", () -> accuracy(model));
    int compared = Math.min(COMPARED, test.count());
    List<LayerReport> layers =
        timed(
            "codes",
            () ->
                new CodeComparison(floatNetwork, prepared, model)
                    .run(test.first(compared, "test").inputs(), Accuracy.BATCH));
    return new QuantizationReport(
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        config,
        attempts,
        new QuantizationReport.Accuracy(real, int8, test.count()),
        compared,
        Report.Codes.of(layers),
        new QuantizationReport.Size(
            floatNetwork.parameters() * Float.BYTES, file.toFile().length()),
        Report.Compute.of(model.graph()),
        seconds,
        layers,
        Environment.current());
  }

  private double accuracy(QuantizedModel model) {
    try (InferenceSession session = InferenceSession.open(model)) {
      return Accuracy.of(new SessionClassifier(session), data.test());
    }
  }

  /** What is measured is the file, not the model in memory. */
  private static QuantizedModel load(Path file) {
    try {
      return QuantizedModel.load(file, LoadOptions.ALLOW_FLOAT);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private <R> R timed(String part, Supplier<R> work) {
    long start = System.nanoTime();
    R result = work.get();
    seconds.put(part, (System.nanoTime() - start) / 1e9);
    return result;
  }
}
