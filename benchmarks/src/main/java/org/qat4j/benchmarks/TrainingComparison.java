package org.qat4j.benchmarks;

import java.util.List;
import java.util.Optional;
import org.qat4j.cli.speed.Ratio;
import org.qat4j.cli.speed.Samples;

/** Training steps of one network by several engines in the same rounds. */
record TrainingComparison(TrainedNetwork network, int threads, List<Entry> entries) {
  TrainingComparison {
    entries = List.copyOf(entries);
  }

  /** What trains: an engine and its arithmetic. */
  enum Trainer {
    DL4J("dl4j", "float"),
    FLOAT("qat4j", "float"),
    QAT("qat4j", "qat"),
    PYTORCH_FLOAT("pytorch", "float"),
    PYTORCH_BFLOAT16("pytorch", "bfloat16"),
    PYTORCH_QAT("pytorch", "qat");

    private final String engine;
    private final String mode;

    Trainer(String engine, String mode) {
      this.engine = engine;
      this.mode = mode;
    }

    boolean isFloat() {
      return mode.equals("float");
    }

    @Override
    public String toString() {
      return engine + " " + mode;
    }
  }

  /**
   * One engine.
   *
   * @param milliseconds of one step
   * @param firstLoss before the first step
   * @param nativeMiB peak memory outside the Java heap; NaN where not measured
   */
  record Entry(Trainer trainer, Samples milliseconds, double firstLoss, double nativeMiB) {}

  /**
   * One line, as the JSON file holds it.
   *
   * @param ratioToDl4jFloat how many times as fast as stock Deeplearning4j
   * @param ratioToPyTorch how many times as fast as PyTorch, quantization-aware against
   *     quantization-aware, else float32 against float32; null where PyTorch does not take part
   * @param nativeMiB null where not measured
   */
  record Line(
      String network,
      String engine,
      String mode,
      int threads,
      int batch,
      double medianMs,
      Ratio ratioToDl4jFloat,
      Ratio ratioToPyTorch,
      double firstLoss,
      Double nativeMiB) {}

  /** One for each engine. */
  List<Line> lines() {
    Samples stock = entries.get(0).milliseconds();
    return entries.stream()
        .map(
            entry ->
                new Line(
                    network.toString(),
                    entry.trainer().engine,
                    entry.trainer().mode,
                    threads,
                    TrainingCase.BATCH,
                    entry.milliseconds().median(),
                    entry.milliseconds().speedAgainst(stock),
                    pyTorch(entry).map(entry.milliseconds()::speedAgainst).orElse(null),
                    entry.firstLoss(),
                    Double.isNaN(entry.nativeMiB()) ? null : entry.nativeMiB()))
        .toList();
  }

  private Optional<Samples> pyTorch(Entry entry) {
    Trainer peer = entry.trainer().mode.equals("qat") ? Trainer.PYTORCH_QAT : Trainer.PYTORCH_FLOAT;
    return entries.stream()
        .filter(other -> other.trainer() == peer)
        .map(Entry::milliseconds)
        .findFirst();
  }
}
