package org.qat4j.jobs.network;

import java.io.IOException;
import java.io.InputStream;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.learning.config.IUpdater;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.examples.networks.ResNet20;
import org.qat4j.jobs.config.NetworkKind;

/**
 * How the networks that a configuration can name are built.
 *
 * @param channels of an image
 * @param size height and width of an image in pixels
 */
public record Architecture(NetworkKind kind, int channels, int size) {
  /** The architecture of that name. */
  public static Architecture of(NetworkKind kind) {
    return switch (kind) {
      case LENET -> new Architecture(kind, 1, LeNet.SIZE);
      case RESNET20 -> new Architecture(kind, 3, ResNet20.SIZE);
    };
  }

  /**
   * A network with fresh weights that depend on the seed only.
   *
   * @param weightDecay factor of each weight that is added to its gradient
   */
  public Network create(long seed, IUpdater updater, double weightDecay, int classes) {
    return switch (kind) {
      case LENET -> new SequentialNetwork(LeNet.create(seed, updater, weightDecay, classes));
      case RESNET20 -> new GraphNetwork(ResNet20.create(seed, updater, weightDecay, classes));
    };
  }

  /**
   * Reads what {@link Network#write} wrote, of a float or a prepared network.
   *
   * @throws IOException if it is not a complete network of this kind
   */
  public Network read(InputStream in) throws IOException {
    return switch (kind) {
      case LENET -> new SequentialNetwork(ModelSerializer.restoreMultiLayerNetwork(in, true));
      case RESNET20 -> new GraphNetwork(ModelSerializer.restoreComputationGraph(in, true));
    };
  }
}
