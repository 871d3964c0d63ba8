package org.qat4j.jobs.network;

import java.util.Optional;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.learning.config.IUpdater;
import org.qat4j.cli.data.InputScaling;
import org.qat4j.cli.data.InputSpec;
import org.qat4j.cli.data.Labelled;
import org.qat4j.cli.data.PictureFit;
import org.qat4j.cli.error.UserException;
import org.qat4j.jobs.config.NetworkKind;

/**
 * A float network to start from, and what it takes.
 *
 * @param inputs what it can take; its {@code network} is what messages call it
 * @param classes how many it tells apart
 * @param scaling what its normalizer does with values as they are stored, bytes of pixels and
 *     numbers of features; empty if it has none
 * @param normalizer the same as Deeplearning4j's object, so that a file can keep it
 * @param maker makes the network
 */
public record Blueprint(
    InputSpec inputs,
    int classes,
    Optional<InputScaling> scaling,
    Optional<DataNormalization> normalizer,
    Maker maker) {

  /** How a network is made. */
  interface Maker {
    /**
     * Makes one.
     *
     * @param seed of fresh weights, if they are fresh
     * @param training what turns gradients into steps; empty for what the network has itself
     */
    Network create(long seed, Optional<Training> training);
  }

  /**
   * What turns gradients into steps.
   *
   * @param updater of all layers
   * @param weightDecay factor of each weight that is added to its gradient
   */
  public record Training(IUpdater updater, double weightDecay) {}

  /**
   * What the network sees of values.
   *
   * @param features whether these are numbers of features, or bytes of pixels
   */
  public InputScaling scaling(boolean features) {
    return scaling.map(own -> features ? own : own.ofBytes()).orElse(InputScaling.NONE);
  }

  /** The order of a colour image's channels, if its normalizer is for one. */
  public Optional<PictureFit.Order> order() {
    return normalizer.filter(Normalizers::isBgr).map(any -> PictureFit.Order.BGR);
  }

  /** Images that were read before, as this network takes them. */
  public Labelled fitted(Labelled data) {
    if (data.classes() != classes) {
      throw new UserException(
          name()
              + " tells "
              + classes
              + " classes apart, but the data has "
              + data.classes()
              + "; set network or data.source to one that fits the other");
    }
    return inputs.fitted(data, scaling(false));
  }

  /** Whether it is one of those that are built in. */
  public boolean isNamed() {
    return NetworkKind.named(name()).isPresent();
  }

  /** What messages call it. */
  public String name() {
    return inputs.network();
  }

  /** A new network, which shares nothing with an earlier one. */
  public Network create(long seed, Optional<Training> training) {
    return maker.create(seed, training);
  }
}
