package org.qat4j.kernels.nd4j;

import java.util.Optional;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.impl.transforms.custom.SoftMax;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Cell;
import org.qat4j.kernels.KernelFamily;
import org.qat4j.kernels.Linear;
import org.qat4j.kernels.Merging;
import org.qat4j.kernels.Normalization;
import org.qat4j.kernels.Pooling;
import org.qat4j.kernels.Recurrence;
import org.qat4j.kernels.Rounding;
import org.qat4j.kernels.Softmax;

/** Training arithmetic through ND4J. */
public final class Nd4jKernels implements KernelFamily {
  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public int preference() {
    return 0;
  }

  @Override
  public Optional<String> absence(DataType type) {
    return type.isFPType() ? Optional.empty() : Optional.of("it computes in floating point");
  }

  @Override
  public Optional<Linear> convolution(ConvolutionLayer layer) {
    return Optional.of(
        layer instanceof DepthwiseConvolution2D depthwise
            ? new Nd4jDepthwiseConvolution(depthwise)
            : new Nd4jConvolution(layer));
  }

  @Override
  public Optional<Linear> dense() {
    return Optional.of(new Nd4jDense());
  }

  @Override
  public Optional<Normalization> normalization(double epsilon) {
    return Optional.of(new Nd4jNormalization(epsilon));
  }

  @Override
  public Optional<Rounding> rounding() {
    return Optional.of(new Nd4jRounding());
  }

  @Override
  public Optional<Pooling> maxPooling(SubsamplingLayer layer) {
    return Optional.of(new Nd4jPooling("maxpool2d", layer));
  }

  @Override
  public Optional<Pooling> averagePooling(SubsamplingLayer layer) {
    return Optional.of(new Nd4jPooling("avgpool2d", layer));
  }

  @Override
  public Optional<Pooling> globalAverage() {
    return Optional.of(new Nd4jGlobalAverage());
  }

  @Override
  public Optional<Merging> sum() {
    return Optional.of(new Nd4jSum());
  }

  @Override
  public Optional<Merging> concatenation() {
    return Optional.of(new Nd4jConcatenation());
  }

  @Override
  public Optional<Recurrence> recurrence(Cell cell, boolean masked) {
    return Optional.of(
        cell instanceof Cell.Lstm lstm
            ? new Nd4jLstm(lstm)
            : new Nd4jSimpleRnn((Cell.Simple) cell));
  }

  @Override
  public Optional<Softmax> softmax() {
    return Optional.of(rows -> Nd4j.exec(new SoftMax(rows, rows, 1)));
  }
}
