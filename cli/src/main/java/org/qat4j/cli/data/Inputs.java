package org.qat4j.cli.data;

/** What a network is given, by number: images, or arrays of real numbers. Immutable. */
public sealed interface Inputs permits Images, Rows {
  int count();

  /** Sizes of one: {@code [channels, height, width]} or {@code [features]}. */
  int[] shape();

  /** Numbers of one. */
  default int size() {
    int size = 1;
    for (int length : shape()) {
      size *= length;
    }
    return size;
  }

  /**
   * Writes one as the real numbers that the network takes.
   *
   * @param target float32, changed from {@code offset} to {@code offset + size()}
   */
  void copyScaled(int index, float[] target, int offset);

  /** Those in {@code [from, to)} as the network takes them, one after another. */
  default float[] scaled(int from, int to) {
    float[] values = new float[Math.multiplyExact(to - from, size())];
    for (int i = from; i < to; i++) {
      copyScaled(i, values, (i - from) * size());
    }
    return values;
  }

  /** Some of them, in that order. */
  Inputs chosen(int[] indices);
}
