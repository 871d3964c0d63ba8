package org.qat4j.examples.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.qat4j.examples.config.ConfigReader;
import org.qat4j.examples.config.JobConfig;
import org.qat4j.examples.run.Interruption;
import org.qat4j.examples.run.RunFolder;
import org.qat4j.examples.training.Checkpoint;
import org.qat4j.examples.training.CurvePoint;
import org.qat4j.examples.training.ProgressDisplay;

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

  private static final JobConfig CONFIG =
      ConfigReader.parse("tiny.yaml", YAML, ConfigReader.noOverrides());

  private TinyJob() {}

  /**
   * Runs the job from its start, or from its checkpoint, until {@code stop} holds after a batch.
   */
  static void run(Path folder, boolean resume, BooleanSupplier stop) {
    RunFolder.Existing existing = resume ? RunFolder.Existing.RESUME : RunFolder.Existing.KEEP;
    RunFolder run = RunFolder.open(folder, existing);
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
    new QatJob(CONFIG, (phase, first, total) -> display, interruption).run(run, from);
  }

  /** Parameters of both networks, updater state of both, and the model file. */
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

  private static List<Object> state(Path network) throws IOException {
    MultiLayerNetwork restored = ModelSerializer.restoreMultiLayerNetwork(network.toFile(), true);
    return List.of(
        FloatBuffer.wrap(restored.params().dup().data().asFloat()),
        FloatBuffer.wrap(restored.getUpdater().getStateViewArray().dup().data().asFloat()),
        restored.getIterationCount());
  }
}
