package org.qat4j.kernels;

import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * Training kernels of one kind, found by {@link java.util.ServiceLoader}; stateless. What it makes
 * belongs to one layer and is used by one thread at a time. An operation that a family does not
 * have is empty, and another family's is taken.
 *
 * <p>Arrays are {@code [batch, channels, height, width]} or {@code [batch, features]} with any
 * strides; results may be stored channels last. Sequences are {@code [time, batch, features]}.
 */
public interface KernelFamily {
  /** Short lower-case name, for example {@code onednn}. */
  String name();

  /** Families are asked in falling order of this number. */
  int preference();

  /** Why nothing of it works on arrays of that type here; empty if it does. */
  Optional<String> absence(DataType type);

  /** A 2-D convolution, plain or depthwise. */
  default Optional<Linear> convolution(ConvolutionLayer layer) {
    return Optional.empty();
  }

  default Optional<Linear> dense() {
    return Optional.empty();
  }

  default Optional<Normalization> normalization(double epsilon) {
    return Optional.empty();
  }

  default Optional<Rounding> rounding() {
    return Optional.empty();
  }

  default Optional<Pooling> maxPooling(SubsamplingLayer layer) {
    return Optional.empty();
  }

  default Optional<Pooling> averagePooling(SubsamplingLayer layer) {
    return Optional.empty();
  }

  /** The mean of each channel over the whole image. */
  default Optional<Pooling> globalAverage() {
    return Optional.empty();
  }

  default Optional<Merging> sum() {
    return Optional.empty();
  }

  default Optional<Merging> concatenation() {
    return Optional.empty();
  }

  /**
   * A recurrent layer.
   *
   * @param masked whether it is to take masks
   */
  default Optional<Recurrence> recurrence(Cell cell, boolean masked) {
    return Optional.empty();
  }

  default Optional<Softmax> softmax() {
    return Optional.empty();
  }
}
