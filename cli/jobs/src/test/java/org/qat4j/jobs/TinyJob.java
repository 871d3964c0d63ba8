package org.qat4j.jobs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.network.NetworkFile;
import org.qat4j.jobs.network.UserClasses;
import org.qat4j.jobs.run.Interruption;
import org.qat4j.jobs.run.RunFolder;
import org.qat4j.jobs.training.Checkpoint;
import org.qat4j.jobs.training.CurvePoint;
import org.qat4j.jobs.training.ProgressDisplay;

/** A job of a few seconds: 2 float epochs of 5 batches, 1 QAT epoch of 5 batches. */
final class TinyJob {
  /** Batches of both phases. */
  static final int BATCHES = 15;

  static final String YAML =
      """
      seed: 3
      data:
        train: 150
        test: 60
      float:
        epochs: 2
      qat:
        epochs: 1
      """;

  private TinyJob() {}

  /**
   * Runs the job from its start, or from its checkpoint, until {@code stop} holds after a batch.
   */
  static void run(Path folder, boolean resume, BooleanSupplier stop) {
    run(YAML, Optional.empty(), folder, resume, stop);
  }

  /**
   * As {@link #run(Path, boolean, BooleanSupplier)}, with another configuration and perhaps a float
   * network that is trained already.
   */
  static void run(
      String yaml, Optional<Path> floatNetwork, Path folder, boolean resume, BooleanSupplier stop) {
    JobConfig config = ConfigReader.parse("tiny.yaml", yaml, ConfigReader.noOverrides());
    RunFolder.Existing existing = resume ? RunFolder.Existing.RESUME : RunFolder.Existing.KEEP;
    RunFolder run = RunFolder.check(folder, existing);
    Optional<Checkpoint> from =
        resume ? Optional.of(Checkpoint.load(run.checkpoint())) : Optional.empty();
    Interruption interruption = Interruption.none();
    ProgressDisplay display =
        new ProgressDisplay() {
          @Override
          public void batch(Step step) {
            if (stop.getAsBoolean()) {
              interruption.request();
            }
          }

          @Override
          public void epoch(CurvePoint point) {}

          @Override
          public void close() {}
        };
    QatJob job =
        new QatJob(
            config,
            (phase, first, total) -> display,
            interruption,
            floatNetwork,
            UserClasses.none());
    job.run(RunFolder.open(folder, existing), from);
  }

  /** Both networks with their updater state, and the model file. */
  static List<Object> results(Path folder) {
    try {
      return List.of(
          state(folder.resolve("float.zip")),
          state(folder.resolve("qat.zip")),
          ByteBuffer.wrap(Files.readAllBytes(folder.resolve("model.onnx"))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Object> state(Path file) {
    Model network = NetworkFile.read(file).model();
    return List.of(
        FloatBuffer.wrap(network.params().dup().data().asFloat()),
        FloatBuffer.wrap(((NeuralNetwork) network).updaterState().dup().data().asFloat()));
  }
}
