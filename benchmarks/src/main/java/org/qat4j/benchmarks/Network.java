package org.qat4j.benchmarks;

import org.deeplearning4j.nn.api.NeuralNetwork;

/** A measured network, by the name of its files. */
enum Network {
  /** LeNet of 20, 50 and 500 channels. */
  L(1, 28),
  /** ResNet-20. */
  R(3, 32),
  /** VGG-like: two convolutions each of 64, 128 and 256 channels. */
  V(3, 32);

  private final int channels;
  private final int size;

  Network(int channels, int size) {
    this.channels = channels;
    this.size = size;
  }

  /** {@code [batch, channels, height, width]} of the input. */
  long[] shape(int batch) {
    return new long[] {batch, channels, size, size};
  }

  /** Numbers in one image. */
  int imageSize() {
    return channels * size * size;
  }

  /** The same network in stock Deeplearning4j with fresh weights. */
  NeuralNetwork dl4j() {
    return switch (this) {
      case L -> Dl4jNetworks.leNet();
      case R -> Dl4jNetworks.resNet20();
      case V -> Dl4jNetworks.vgg();
    };
  }
}
