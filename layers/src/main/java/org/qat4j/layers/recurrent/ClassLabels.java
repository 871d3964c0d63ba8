package org.qat4j.layers.recurrent;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The classes that one-hot labels of sequences name. Labels of many classes are nearly all zeros,
 * so they are read once, as memory, 8 bytes at a time.
 */
final class ClassLabels {
  /** Stands for no class, where a step's labels are all zeros. */
  static final int NONE = -1;

  private final INDArray labels;
  private final int[] classes;
  private final ByteBuffer memory;
  private final int elementBytes;

  /** Axes by falling stride: neighbours along the last one lie closest. */
  private final int[] axes;

  private boolean oneHot = true;

  private ClassLabels(INDArray labels) {
    this.labels = labels;
    classes = new int[Math.toIntExact(labels.size(0) * labels.size(2))];
    Arrays.fill(classes, NONE);
    memory = labels.data().asNio().order(ByteOrder.nativeOrder());
    elementBytes = labels.data().getElementSize();
    axes =
        IntStream.range(0, 3)
            .boxed()
            .sorted(Comparator.comparingLong(this::distance).reversed())
            .mapToInt(Integer::intValue)
            .toArray();
  }

  /** Between neighbours along an axis; where there are none, any run will do. */
  private long distance(int axis) {
    return labels.size(axis) == 1 ? Long.MAX_VALUE : labels.stride(axis);
  }

  /**
   * Reads labels.
   *
   * @param labels {@code [batch, classes, time]} with any strides
   * @return the class of each step of each sequence, step by step; null if labels are something
   *     else than zeros and, once a step at most, one
   */
  static int[] of(INDArray labels) {
    ClassLabels read = new ClassLabels(labels);
    read.scan();
    return read.oneHot ? read.classes : null;
  }

  /** Runs along the last axis, or the last two where they lie without gaps. */
  private void scan() {
    boolean joined = size(1) == 1 || labels.stride(axes[1]) == size(2) * labels.stride(axes[2]);
    long run = joined ? size(1) * size(2) : size(2);
    boolean dense =
        (size(2) == 1 || labels.stride(axes[2]) == 1) && lastByte() <= memory.capacity();
    for (long outer = 0; outer < size(0) && oneHot; outer++) {
      for (long middle = 0; middle < (joined ? 1 : size(1)) && oneHot; middle++) {
        if (dense) {
          scan(outer, middle, run);
        } else {
          look(outer, middle, 0, run);
        }
      }
    }
  }

  private long size(int axis) {
    return labels.size(axes[axis]);
  }

  /** Behind the last label; a buffer of more than 2 GiB shows less. */
  private long lastByte() {
    return (place(size(0) - 1, size(1) - 1) + size(2)) * elementBytes;
  }

  /** Of the first label of a run. */
  private long place(long outer, long middle) {
    return labels.offset() + outer * labels.stride(axes[0]) + middle * labels.stride(axes[1]);
  }

  /** Looks where a word of memory is not zero. */
  private void scan(long outer, long middle, long run) {
    int start = (int) (place(outer, middle) * elementBytes);
    int end = start + (int) (run * elementBytes);
    int from = start;
    for (; from + Long.BYTES <= end; from += Long.BYTES) {
      if (memory.getLong(from) != 0) {
        int first = (from - start) / elementBytes;
        look(outer, middle, first, first + Long.BYTES / elementBytes);
      }
    }
    look(outer, middle, (from - start) / elementBytes, run);
  }

  /** Reads labels of a run one by one. */
  private void look(long outer, long middle, long from, long to) {
    long[] at = new long[3];
    at[axes[0]] = outer;
    for (long i = from; i < to; i++) {
      at[axes[1]] = middle + i / size(2);
      at[axes[2]] = i % size(2);
      double label = labels.getDouble(at);
      if (label != 0) {
        name(label, at);
      }
    }
  }

  private void name(double label, long[] at) {
    int row = Math.toIntExact(at[2] * labels.size(0) + at[0]);
    if (label == 1 && classes[row] == NONE) {
      classes[row] = Math.toIntExact(at[1]);
    } else {
      oneHot = false;
    }
  }
}
