package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import org.deeplearning4j.nn.api.NeuralNetwork;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.nd4j.linalg.learning.config.NoOp;
import org.qat4j.cli.speed.RawFloats;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.examples.networks.ResNet20;
import org.qat4j.examples.networks.Vgg;
import org.qat4j.graph.Shape;

/** A measured network, by the name of its files. */
enum MeasuredNetwork {
  /** LeNet of 20, 50 and 500 channels. */
  L(1, 28),
  /** ResNet-20. */
  R(3, 32),
  /** VGG-like: two convolutions each of 64, 128 and 256 channels. */
  V(3, 32);

  private static final int STORED_IMAGES = 64;
  private static final int CLASSES = 10;
  private static final long SEED = 1;

  private final int channels;
  private final int size;

  MeasuredNetwork(int channels, int size) {
    this.channels = channels;
    this.size = size;
  }

  /** {@code [batch, channels, height, width]} of the input. */
  long[] shape(int batch) {
    return new long[] {batch, channels, size, size};
  }

  /** Shape of one image. */
  Shape image() {
    return Shape.of(channels, size, size);
  }

  /**
   * Images of a file, again from its start if it holds fewer.
   *
   * @param file that starts with 64 images, float32, little-endian
   */
  float[] images(Path file, int batch) throws IOException {
    float[] stored = RawFloats.read(file);
    int size = image().elements();
    float[] images = new float[batch * size];
    for (int i = 0; i < batch; i++) {
      System.arraycopy(stored, i % STORED_IMAGES * size, images, i * size, size);
    }
    return images;
  }

  /**
   * The same network in stock Deeplearning4j as it is deployed: without batch norm. With fresh
   * weights, since only the time counts.
   */
  NeuralNetwork dl4j() {
    NoOp none = new NoOp();
    InputType input = InputType.convolutional(size, size, channels);
    return switch (this) {
      case L -> DeployedForm.fold(LeNet.create(SEED, none, 0, CLASSES), input);
      case R -> DeployedForm.fold(ResNet20.create(SEED, none, 0, CLASSES), input);
      case V -> DeployedForm.fold(Vgg.create(SEED, none, 0, 64, 256, CLASSES), input);
    };
  }
}
