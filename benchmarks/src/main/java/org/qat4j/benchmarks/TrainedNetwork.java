package org.qat4j.benchmarks;

/** A network whose training steps are measured. Knows no library. */
public enum TrainedNetwork {
  /** LeNet of 20, 50 and 500 channels. */
  LENET("LeNet", 1, 28),
  /** ResNet-20. */
  RESNET20("ResNet-20", 3, 32);

  private final String title;
  private final int channels;
  private final int size;

  TrainedNetwork(String title, int channels, int size) {
    this.title = title;
    this.channels = channels;
    this.size = size;
  }

  /** {@code [batch, channels, height, width]} of the input. */
  public long[] shape(int batch) {
    return new long[] {batch, channels, size, size};
  }

  /** Numbers in one image. */
  int imageSize() {
    return channels * size * size;
  }

  @Override
  public String toString() {
    return title;
  }
}
