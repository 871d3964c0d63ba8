package org.qat4j.jobs.training;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.cli.data.Augmentation;
import org.qat4j.cli.data.EpochOrder;
import org.qat4j.cli.data.Labelled;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.run.Interruption;

/**
 * Trains a network through one phase, from any batch on.
 *
 * <p>The order of the images depends on seed, phase and epoch only, so a training that stopped and
 * one that did not take the same steps.
 *
 * @param data what is learned
 * @param augmentation changes each image before it is learned
 * @param seed of the order
 * @param accuracy of a network on the test images, as a fraction
 * @param display of the progress
 * @param interruption is looked at after every batch
 */
public record Trainer(
    Labelled data,
    Augmentation augmentation,
    long seed,
    ToDoubleFunction<Network> accuracy,
    ProgressDisplay.Factory display,
    Interruption interruption) {

  /**
   * How long a phase is.
   *
   * @param epochs passes over the images
   * @param batch images per step
   */
  public record Length(int epochs, int batch) {
    /** Steps of the phase. */
    public int steps(int images) {
      return epochs * Batches.count(images, batch);
    }
  }

  /**
   * Trains until the phase ends or an interruption is requested.
   *
   * @param network changed in place
   * @param from where to start; of the phase that runs
   * @param teacher what is done to each batch's labels before they are learned
   * @param afterEpoch gets the progress after each epoch but the last, as a safe point to save
   * @return where training stopped: {@code length.epochs()} finished epochs unless interrupted
   */
  public Progress train(
      Network network,
      Progress from,
      Length length,
      UnaryOperator<DataSet> teacher,
      Consumer<Progress> afterEpoch) {
    Progress progress = from;
    int perEpoch = Batches.count(data.count(), length.batch());
    Pace pace = new Pace(length, perEpoch, data.count());
    int done = from.epoch() * perEpoch + from.batch();
    try (ProgressDisplay shown = display.open(from.phase(), done, length.steps(data.count()))) {
      while (progress.epoch() < length.epochs() && !interruption.requested()) {
        progress = epoch(network, progress, pace, teacher, shown);
        if (progress.batch() == perEpoch) {
          long start = System.nanoTime();
          double fraction = accuracy.applyAsDouble(network);
          progress = progress.afterEpoch(fraction, seconds(start));
          shown.epoch(progress.curve().get(progress.curve().size() - 1));
          if (progress.epoch() < length.epochs()) {
            afterEpoch.accept(progress);
          }
        }
      }
    }
    return progress;
  }

  private Progress epoch(
      Network network,
      Progress from,
      Pace pace,
      UnaryOperator<DataSet> teacher,
      ProgressDisplay shown) {
    int[] order = EpochOrder.of(seed, from.phase().name(), from.epoch(), data.count());
    Progress progress = from;
    while (progress.batch() < pace.perEpoch && !interruption.requested()) {
      int first = progress.batch() * pace.length.batch();
      int last = Math.min(first + pace.length.batch(), data.count());
      long start = System.nanoTime();
      DataSet batch = teacher.apply(batch(order, from, first, last));
      network.fit(batch);
      progress = progress.afterBatch(network.loss(), last - first, seconds(start));
      shown.batch(pace.step(progress, network.loss(), last - first, seconds(start)));
    }
    return progress;
  }

  /** The images {@code order[from..to)} as this epoch sees them. */
  private DataSet batch(int[] order, Progress progress, int from, int to) {
    String phase = progress.phase().name();
    return Batches.of(
        data,
        Arrays.copyOfRange(order, from, to),
        (image, target, offset) ->
            augmentation.copy(image, phase, progress.epoch(), target, offset));
  }

  private static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  /** Counts what this process has done, for speed and remaining time. */
  private static final class Pace {
    private final Length length;
    private final int perEpoch;
    private final int images;
    private int batchesHere;
    private long imagesHere;
    private double secondsHere;

    Pace(Length length, int perEpoch, int images) {
      this.length = length;
      this.perEpoch = perEpoch;
      this.images = images;
    }

    ProgressDisplay.Step step(Progress progress, double loss, int batchImages, double seconds) {
      batchesHere++;
      imagesHere += batchImages;
      secondsHere += seconds;
      return new ProgressDisplay.Step(
          progress.phase(),
          progress.epoch() + 1,
          length.epochs(),
          progress.epoch() * perEpoch + progress.batch(),
          length.steps(images),
          loss,
          batchesHere,
          imagesHere,
          secondsHere);
    }
  }
}
