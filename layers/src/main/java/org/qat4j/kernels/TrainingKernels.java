package org.qat4j.kernels;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.nd4j.Nd4jKernels;
import org.qat4j.kernels.onednn.OneDnnKernels;

/**
 * One implementation of the training arithmetic. What it makes belongs to one layer and is used by
 * one thread at a time.
 *
 * <p>Arrays are {@code [batch, channels, height, width]} or {@code [batch, features]} with any
 * strides; results may be stored channels last.
 */
public interface TrainingKernels {
  /**
   * System property that names the implementation; the fastest one that fits is taken without it.
   */
  String PROPERTY = "qat4j.training.kernels";

  /** Short lower-case name. */
  String name();

  /** Whether it runs on the current ND4J backend with arrays of that type. */
  boolean supports(DataType type);

  /** A 2-D convolution, plain or depthwise. */
  Linear convolution(ConvolutionLayer layer);

  Linear dense();

  Normalization normalization(double epsilon);

  Rounding rounding();

  Pooling maxPooling(SubsamplingLayer layer);

  Pooling averagePooling(SubsamplingLayer layer);

  /** The mean of each channel over the whole image. */
  Pooling globalAverage();

  Merging sum();

  Merging concatenation();

  /** The array itself if it lies in row order, else a copy in the workspace that is open now. */
  INDArray inRowOrder(INDArray array);

  /** All implementations, the fastest first and the reference last. */
  static List<TrainingKernels> all() {
    return List.of(new OneDnnKernels(), new Nd4jKernels());
  }

  /**
   * The implementation for arrays of that type.
   *
   * @throws IllegalArgumentException if the one that {@link #PROPERTY} asks for does not exist or
   *     does not fit
   */
  static TrainingKernels forType(DataType type) {
    String wanted = System.getProperty(PROPERTY);
    return all().stream()
        .filter(
            kernels -> (wanted == null || wanted.equals(kernels.name())) && kernels.supports(type))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no training kernels '"
                        + wanted
                        + "' for "
                        + type
                        + " on this ND4J backend; there are "
                        + all().stream().map(TrainingKernels::name).toList()));
  }
}
