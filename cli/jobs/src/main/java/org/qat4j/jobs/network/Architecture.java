package org.qat4j.jobs.network;

import java.util.Optional;
import org.qat4j.cli.data.InputSpec;
import org.qat4j.cli.error.UserException;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.examples.networks.ResNet20;
import org.qat4j.jobs.config.ConfigNames;
import org.qat4j.jobs.config.NetworkKind;

/** How the networks that a configuration can name are built. */
public final class Architecture {
  private static final int CLASSES = 10;

  private Architecture() {}

  /** The architecture of that name. */
  public static Blueprint of(NetworkKind kind) {
    return switch (kind) {
      case LENET ->
          of(
              kind,
              1,
              LeNet.SIZE,
              (seed, with) ->
                  Network.of(LeNet.create(seed, with.updater(), with.weightDecay(), CLASSES)));
      case RESNET20 ->
          of(
              kind,
              3,
              ResNet20.SIZE,
              (seed, with) ->
                  Network.of(ResNet20.create(seed, with.updater(), with.weightDecay(), CLASSES)));
    };
  }

  private interface Builder {
    Network create(long seed, Blueprint.Training training);
  }

  private static Blueprint of(NetworkKind kind, int channels, int size, Builder builder) {
    String name = ConfigNames.of(kind);
    return new Blueprint(
        InputSpec.images(name, channels, size, size),
        CLASSES,
        Optional.empty(),
        Optional.empty(),
        (seed, training) ->
            builder.create(seed, training.orElseThrow(() -> withoutOptimizer(name))));
  }

  private static UserException withoutOptimizer(String name) {
    return new UserException(
        "float.optimizer is network, but " + name + " has none of its own; choose adam or sgd");
  }
}
