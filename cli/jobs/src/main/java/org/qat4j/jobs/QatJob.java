package org.qat4j.jobs;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.cli.data.Augmentation;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.error.UserException;
import org.qat4j.cli.evaluation.Accuracy;
import org.qat4j.distillation.Distillation;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.FloatConfig;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.config.PruneConfig;
import org.qat4j.jobs.config.QatTrainingConfig;
import org.qat4j.jobs.evaluation.Dl4jClassifier;
import org.qat4j.jobs.network.Blueprint;
import org.qat4j.jobs.network.Blueprints;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.network.NetworkFile;
import org.qat4j.jobs.network.UserClasses;
import org.qat4j.jobs.report.Report;
import org.qat4j.jobs.report.ReportHtml;
import org.qat4j.jobs.report.ReportJson;
import org.qat4j.jobs.run.InterruptedRunException;
import org.qat4j.jobs.run.Interruption;
import org.qat4j.jobs.run.RunFolder;
import org.qat4j.jobs.training.Checkpoint;
import org.qat4j.jobs.training.LearningRate;
import org.qat4j.jobs.training.Phase;
import org.qat4j.jobs.training.Progress;
import org.qat4j.jobs.training.ProgressDisplay;
import org.qat4j.jobs.training.Trainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a float network, makes an INT8 model file of it, and measures both. One object runs one
 * job.
 */
public final class QatJob {
  private static final Logger LOG = LoggerFactory.getLogger(QatJob.class);

  private static final double MOMENTUM = 0.9;

  private final JobConfig config;
  private final Blueprint blueprint;
  private final Interruption interruption;
  private final Dataset data;
  private final Trainer trainer;
  private final Optional<Network> given;

  /**
   * Loads the data, and the float network where one is given.
   *
   * @param floatFile file of a trained float network, so that none is trained
   * @param classes where the user's own classes are looked for
   * @throws UserException if a data file is absent or wrong, or the network has other layers
   */
  public QatJob(
      JobConfig config,
      ProgressDisplay.Factory display,
      Interruption interruption,
      Optional<Path> floatFile,
      UserClasses classes) {
    this.config = config;
    this.blueprint = Blueprints.find(config.network(), classes);
    this.interruption = interruption;
    this.data = Dataset.load(config.data(), config.seed(), blueprint, classes);
    requireWeights(floatFile);
    requireFloatTraining(floatFile);
    // A configuration that cannot be prepared is told before hours of float training.
    if (floatFile.isEmpty()) {
      prepare(create(config.floatTraining()));
    }
    this.given = floatFile.map(this::load);
    Labelled test = data.test();
    this.trainer =
        new Trainer(
            data.train(),
            config.data().augment()
                ? Augmentation.shiftAndMirror(data.train().images(), config.seed())
                : Augmentation.none(data.train().inputs()),
            config.seed(),
            network -> Accuracy.of(new Dl4jClassifier(network), test),
            display,
            interruption);
  }

  private void requireFloatTraining(Optional<Path> floatFile) {
    boolean wanted =
        config.prune().isOfWeights() && config.prune().during() == PruneConfig.During.FLOAT;
    if (wanted && floatFile.isPresent()) {
      throw new UserException(
          "--float leaves out the float training, in which prune.during says that weights are"
              + " removed; set prune.during to qat, which holds the zeros of a pruned network too");
    }
  }

  private void requireWeights(Optional<Path> floatFile) {
    if (config.floatTraining().epochs() == 0 && blueprint.isNamed() && floatFile.isEmpty()) {
      throw new UserException(
          "float.epochs is 0, but "
              + blueprint.name()
              + " has random weights; train it, or give a trained one with --float");
    }
  }

  /**
   * Runs the job.
   *
   * @param folder for all results
   * @param from where to continue; empty to start
   * @throws InterruptedRunException if it was asked to stop; the checkpoint is then written
   * @throws UserException if a float network is given, but the float training is to continue
   */
  public Report run(RunFolder folder, Optional<Checkpoint> from) {
    RunFolder.writeText(folder.config(), ConfigReader.write(config));
    LOG.info("data: {} training and {} test images", data.train().count(), data.test().count());
    Checkpoint trained =
        from.filter(c -> c.progress().phase() == Phase.QAT).orElseGet(() -> startQat(folder, from));
    Network floatNetwork = NetworkFile.read(folder.floatNetwork());
    Checkpoint finished = trainQat(folder, trained, floatNetwork);
    RunFolder.write(folder.qatNetwork(), finished.network()::write);
    Measurement measurement = new Measurement(config, folder, data.test(), data.properties());
    Report report =
        measurement.run(
            floatNetwork,
            smaller(floatNetwork),
            finished.network(),
            finished.progress(),
            () -> stopIfRequested(folder));
    RunFolder.writeText(folder.reportHtml(), ReportHtml.render(report));
    RunFolder.writeText(folder.reportJson(), ReportJson.pretty(report));
    folder.deleteCheckpoint();
    return report;
  }

  /** Saves the float network, trained here or given, and returns the start of the next phase. */
  private Checkpoint startQat(RunFolder folder, Optional<Checkpoint> from) {
    if (given.isPresent() && from.isPresent()) {
      throw new UserException(
          "--float cannot be used here: "
              + folder.folder()
              + " is in its own float training; resume it without --float, or start a new run with"
              + " --name");
    }
    Checkpoint trained =
        given
            .map(network -> new Checkpoint(config, Progress.start(), network))
            .orElseGet(() -> trainFloat(folder, from));
    RunFolder.write(
        folder.floatNetwork(), out -> trained.network().write(out, blueprint.normalizer()));
    Checkpoint start =
        new Checkpoint(config, trained.progress().enter(Phase.QAT), prepare(trained.network()));
    start.save(folder.checkpoint());
    return start;
  }

  private Network load(Path floatFile) {
    Network network = create(config.floatTraining());
    new FloatFile(floatFile, blueprint.name()).copyTo(network);
    return network;
  }

  /** The float network before its training. */
  private Network create(FloatConfig settings) {
    int steps = new Trainer.Length(settings.epochs(), settings.batch()).steps(data.train().count());
    return blueprint.create(config.seed(), training(settings, Math.max(1, steps)));
  }

  private Checkpoint trainFloat(RunFolder folder, Optional<Checkpoint> from) {
    FloatConfig settings = config.floatTraining();
    Trainer.Length length = new Trainer.Length(settings.epochs(), settings.batch());
    Network original = create(settings);
    Network network =
        from.map(Checkpoint::network)
            .orElseGet(
                () ->
                    settings.fastLayers()
                        ? original.prepare(
                            Preparation.ofFloat(config.prune(), length.steps(data.train().count())))
                        : original);
    Progress progress =
        train(
            folder,
            network,
            from.map(Checkpoint::progress).orElseGet(Progress::start),
            length,
            UnaryOperator.identity());
    Network trained = settings.fastLayers() ? network.restore(original) : network;
    return new Checkpoint(config, progress, trained);
  }

  private static Optional<Blueprint.Training> training(FloatConfig settings, int steps) {
    ISchedule rate = LearningRate.of(settings, steps);
    return switch (settings.optimizer()) {
      case ADAM -> Optional.of(new Blueprint.Training(new Adam(rate), settings.weightDecay()));
      case SGD ->
          Optional.of(
              new Blueprint.Training(new Nesterovs(rate, MOMENTUM), settings.weightDecay()));
      case NETWORK -> Optional.empty();
    };
  }

  /** The float network without the filters that go: what is prepared. */
  private Network smaller(Network network) {
    return config.prune().filters() == 0
        ? network
        : network.removeFilters(config.prune().filterPruning());
  }

  private Network prepare(Network network) {
    QatTrainingConfig settings = config.qat();
    int steps = new Trainer.Length(settings.epochs(), settings.batch()).steps(data.train().count());
    Network prepared = smaller(network).prepare(Preparation.of(settings, config.prune(), steps));
    if (settings.teacherWeight() > 0) {
      prepared.teach(distillation(network));
    }
    prepared.setLearningRate(LearningRate.falling(settings.learningRate(), steps));
    return prepared;
  }

  private Checkpoint trainQat(RunFolder folder, Checkpoint start, Network floatNetwork) {
    QatTrainingConfig settings = config.qat();
    Trainer.Length length = new Trainer.Length(settings.epochs(), settings.batch());
    Progress progress =
        train(folder, start.network(), start.progress(), length, teacher(floatNetwork));
    Checkpoint finished = new Checkpoint(config, progress, start.network());
    finished.save(folder.checkpoint());
    return finished;
  }

  /** Puts the float network's answers beside the labels, if they count. */
  private UnaryOperator<DataSet> teacher(Network floatNetwork) {
    QatTrainingConfig settings = config.qat();
    if (settings.teacherWeight() == 0) {
      return UnaryOperator.identity();
    }
    return distillation(floatNetwork.onFastLayers())::labels;
  }

  private Distillation distillation(Network teacher) {
    return teacher.distillation(config.qat().temperature(), config.qat().teacherWeight());
  }

  private Progress train(
      RunFolder folder,
      Network network,
      Progress from,
      Trainer.Length length,
      UnaryOperator<DataSet> teacher) {
    if (from.epoch() == length.epochs()) {
      return from;
    }
    Progress progress =
        trainer.train(
            network,
            from,
            length,
            teacher,
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
}
