package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qat4j.benchmarks.TrainingComparison.Trainer;
import org.qat4j.benchmarks.pytorch.Mode;
import org.qat4j.cli.speed.EngineProcess;
import org.qat4j.cli.speed.Samples;
import org.qat4j.cli.speed.Turns;

/**
 * Training steps of one network by all engines, in turns. All start from the same weights with the
 * same batch, so their first losses must agree.
 *
 * @param pyTorch its class path; empty to leave it out
 */
record TrainingContest(TrainedNetwork network, int threads, Turns turns, Optional<String> pyTorch) {
  /** In float32 the order of sums differs; with 8 bits, or 8 bits of significand, much more. */
  private static final double SAME_IN_FLOAT = 1e-3;

  private static final double SAME_IN_FEW_BITS = 0.05;

  private static final List<String> OPTIONS =
      List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

  /**
   * Measures all.
   *
   * @throws IllegalStateException if a first loss differs from stock Deeplearning4j's
   */
  TrainingComparison measure() throws IOException {
    Path folder = Files.createTempDirectory("training");
    TrainingCase task = new TrainingCase(network, folder);
    task.write(TrainedDl4j.images(network), TrainedDl4j.weights(network));
    List<Trainer> trainers = new ArrayList<>(List.of(Trainer.DL4J, Trainer.FLOAT, Trainer.QAT));
    if (pyTorch.isPresent()) {
      trainers.addAll(
          List.of(Trainer.PYTORCH_FLOAT, Trainer.PYTORCH_BFLOAT16, Trainer.PYTORCH_QAT));
    }
    List<EngineProcess> engines = new ArrayList<>();
    try {
      for (Trainer trainer : trainers) {
        engines.add(start(task, trainer));
      }
      List<Double> losses = losses(trainers, engines);
      List<Samples> times = turns.milliseconds(engines);
      List<TrainingComparison.Entry> entries = new ArrayList<>();
      for (int e = 0; e < engines.size(); e++) {
        entries.add(
            new TrainingComparison.Entry(
                trainers.get(e), times.get(e), losses.get(e), engines.get(e).nativeMiB()));
      }
      return new TrainingComparison(network, threads, entries);
    } finally {
      engines.forEach(EngineProcess::close);
      task.delete();
    }
  }

  private EngineProcess start(TrainingCase task, Trainer trainer) throws IOException {
    return switch (trainer) {
      case DL4J -> dl4j(task, Dl4jTrainingEngine.Layers.STOCK);
      case FLOAT -> dl4j(task, Dl4jTrainingEngine.Layers.FLOAT);
      case QAT -> dl4j(task, Dl4jTrainingEngine.Layers.QAT);
      case PYTORCH_FLOAT -> PyTorch.start(task, Mode.FLOAT, threads, pyTorch.orElseThrow());
      case PYTORCH_BFLOAT16 -> PyTorch.start(task, Mode.BFLOAT16, threads, pyTorch.orElseThrow());
      case PYTORCH_QAT -> PyTorch.start(task, Mode.QAT, threads, pyTorch.orElseThrow());
    };
  }

  private EngineProcess dl4j(TrainingCase task, Dl4jTrainingEngine.Layers layers)
      throws IOException {
    return new EngineProcess(
        layers.name(),
        Dl4jEngine.environment(threads),
        OPTIONS,
        Dl4jTrainingEngine.class,
        List.of(network.name(), layers.name(), task.folder().toString()));
  }

  private List<Double> losses(List<Trainer> trainers, List<EngineProcess> engines)
      throws IOException {
    List<Double> losses = new ArrayList<>();
    for (int e = 0; e < engines.size(); e++) {
      losses.add((double) engines.get(e).results()[0]);
      double tolerance = trainers.get(e).isFloat() ? SAME_IN_FLOAT : SAME_IN_FEW_BITS;
      double difference = Math.abs(losses.get(e) / losses.get(0) - 1);
      if (!(difference <= tolerance)) {
        throw new IllegalStateException(
            String.format(
                Locale.ROOT,
                "%s: the first loss of %s is %.6f, that of Deeplearning4j %.6f; they train different networks",
                network,
                trainers.get(e),
                losses.get(e),
                losses.get(0)));
      }
    }
    return losses;
  }
}
