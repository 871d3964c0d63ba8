package org.qat4j.examples.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.config.ConfigReader;
import org.qat4j.examples.config.FloatConfig;
import org.qat4j.examples.config.JobConfig;
import org.qat4j.examples.config.QatTrainingConfig;
import org.qat4j.examples.config.ScheduleConfig;
import org.qat4j.examples.data.Dataset;
import org.qat4j.examples.data.Images;
import org.qat4j.examples.data.Labelled;
import org.qat4j.examples.error.UserException;
import org.qat4j.examples.evaluation.Accuracy;
import org.qat4j.examples.evaluation.Dl4jClassifier;
import org.qat4j.examples.lenet.LeNet;
import org.qat4j.examples.report.Report;
import org.qat4j.examples.report.ReportHtml;
import org.qat4j.examples.report.ReportJson;
import org.qat4j.examples.run.InterruptedRunException;
import org.qat4j.examples.run.Interruption;
import org.qat4j.examples.run.RunFolder;
import org.qat4j.examples.training.Checkpoint;
import org.qat4j.examples.training.LearningRate;
import org.qat4j.examples.training.Phase;
import org.qat4j.examples.training.Progress;
import org.qat4j.examples.training.ProgressDisplay;
import org.qat4j.examples.training.Trainer;
import org.qat4j.layers.Schedule;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a float network, makes an INT8 model file of it, and measures both. One object runs one
 * job.
 */
public final class QatJob {
  private static final Logger LOG = LoggerFactory.getLogger(QatJob.class);

  private final JobConfig config;
  private final Interruption interruption;
  private final Dataset data;
  private final Trainer trainer;

  /**
   * Loads the data.
   *
   * @throws UserException if a data file is absent or wrong
   */
  public QatJob(JobConfig config, ProgressDisplay.Factory display, Interruption interruption) {
    this.config = config;
    this.interruption = interruption;
    this.data = Dataset.load(config);
    requireSize(data.train().images());
    requireSize(data.test().images());
    Labelled test = data.test();
    this.trainer =
        new Trainer(
            data.train(),
            config.seed(),
            network -> Accuracy.of(new Dl4jClassifier(network), test),
            display,
            interruption);
  }

  private static void requireSize(Images images) {
    if (images.height() != LeNet.SIZE || images.width() != LeNet.SIZE) {
      throw new UserException(
          "lenet takes images of "
              + LeNet.SIZE
              + "x"
              + LeNet.SIZE
              + ", but the data has "
              + images.height()
              + "x"
              + images.width());
    }
  }

  /**
   * Runs the job.
   *
   * @param folder for all results
   * @param from where to continue; empty to start
   * @throws InterruptedRunException if it was asked to stop; the checkpoint is then written
   */
  public Report run(RunFolder folder, Optional<Checkpoint> from) {
    RunFolder.writeText(folder.config(), ConfigReader.write(config));
    LOG.info("data: {} training and {} test images", data.train().count(), data.test().count());
    Checkpoint trained =
        from.filter(c -> c.progress().phase() == Phase.QAT)
            .orElseGet(() -> trainFloat(folder, from));
    MultiLayerNetwork floatNetwork = restore(folder.floatNetwork());
    Checkpoint finished = trainQat(folder, trained);
    RunFolder.write(
        folder.qatNetwork(), out -> ModelSerializer.writeModel(finished.network(), out, true));
    Measurement measurement = new Measurement(config, folder, data.test());
    Report report =
        measurement.run(
            floatNetwork, finished.network(), finished.progress(), () -> stopIfRequested(folder));
    RunFolder.writeText(folder.reportHtml(), ReportHtml.render(report));
    RunFolder.writeText(folder.reportJson(), ReportJson.pretty(report));
    folder.deleteCheckpoint();
    return report;
  }

  /** Trains the float network, saves it, and returns the start of the next phase. */
  private Checkpoint trainFloat(RunFolder folder, Optional<Checkpoint> from) {
    FloatConfig settings = config.floatTraining();
    Trainer.Length length = new Trainer.Length(settings.epochs(), settings.batch());
    int steps = length.steps(data.train().count());
    MultiLayerNetwork network =
        from.map(Checkpoint::network)
            .orElseGet(
                () ->
                    LeNet.create(
                        config.seed(),
                        new Adam(LearningRate.falling(settings.learningRate(), steps)),
                        Labelled.CLASSES));
    Progress progress =
        train(folder, network, from.map(Checkpoint::progress).orElseGet(Progress::start), length);
    RunFolder.write(folder.floatNetwork(), out -> ModelSerializer.writeModel(network, out, true));
    Checkpoint prepared = new Checkpoint(config, progress.enter(Phase.QAT), prepare(network));
    prepared.save(folder.checkpoint());
    return prepared;
  }

  private MultiLayerNetwork prepare(MultiLayerNetwork network) {
    QatTrainingConfig settings = config.qat();
    int steps = new Trainer.Length(settings.epochs(), settings.batch()).steps(data.train().count());
    QatConfig quantization =
        QatConfig.builder()
            .weightBits(settings.weightBits())
            .activationBits(settings.activationBits())
            .rangeRate(settings.rangeRate())
            .schedule(schedule(settings.schedule(), steps))
            .build();
    MultiLayerNetwork prepared = Qat.prepare(network, quantization);
    prepared.setLearningRate(LearningRate.falling(settings.learningRate(), steps));
    return prepared;
  }

  /** Fractions of the steps as iterations; ranges need one batch before they can freeze. */
  private static Schedule schedule(ScheduleConfig fractions, int steps) {
    return new Schedule(
        iteration(fractions.quantizeFrom(), steps),
        iteration(fractions.freezeStatisticsFrom(), steps),
        Math.max(1, iteration(fractions.freezeRangesFrom(), steps)));
  }

  private static int iteration(double fraction, int steps) {
    return fraction == 1 ? Schedule.NEVER : (int) Math.floor(fraction * steps);
  }

  private Checkpoint trainQat(RunFolder folder, Checkpoint start) {
    QatTrainingConfig settings = config.qat();
    Trainer.Length length = new Trainer.Length(settings.epochs(), settings.batch());
    Progress progress = train(folder, start.network(), start.progress(), length);
    Checkpoint finished = new Checkpoint(config, progress, start.network());
    finished.save(folder.checkpoint());
    return finished;
  }

  private Progress train(
      RunFolder folder, MultiLayerNetwork network, Progress from, Trainer.Length length) {
    if (from.epoch() == length.epochs()) {
      return from;
    }
    Progress progress =
        trainer.train(
            network,
            from,
            length,
            safe -> new Checkpoint(config, safe, network).save(folder.checkpoint()));
    if (interruption.requested()) {
      new Checkpoint(config, progress, network).save(folder.checkpoint());
      throw stopped(folder);
    }
    progress.curve().stream()
        .filter(point -> point.phase() == progress.phase())
        .reduce((first, last) -> last)
        .ifPresent(
            point ->
                LOG.info(
                    String.format(
                        Locale.ROOT,
                        "%s network: %.2f %% of the test images",
                        progress.phase().title(),
                        100 * point.testAccuracy())));
    return progress;
  }

  private void stopIfRequested(RunFolder folder) {
    if (interruption.requested()) {
      throw stopped(folder);
    }
  }

  private static InterruptedRunException stopped(RunFolder folder) {
    return new InterruptedRunException(
        "Interrupted; everything so far is in " + folder.checkpoint());
  }

  private static MultiLayerNetwork restore(Path file) {
    try {
      return ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
    } catch (IOException e) {
      throw new UserException(file + ": cannot be read back (" + e.getMessage() + ")", e);
    }
  }
}
