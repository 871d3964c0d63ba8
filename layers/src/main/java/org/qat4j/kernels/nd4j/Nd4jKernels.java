package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
import org.qat4j.kernels.Linear;
import org.qat4j.kernels.Merging;
import org.qat4j.kernels.Normalization;
import org.qat4j.kernels.Pooling;
import org.qat4j.kernels.Rounding;
import org.qat4j.kernels.TrainingKernels;

/** Training arithmetic through ND4J. */
public final class Nd4jKernels implements TrainingKernels {
  @Override
  public String name() {
    return "nd4j";
  }

  @Override
  public boolean supports(DataType type) {
    return type.isFPType();
  }

  @Override
  public Linear convolution(ConvolutionLayer layer) {
    return layer instanceof DepthwiseConvolution2D depthwise
        ? new Nd4jDepthwiseConvolution(depthwise)
        : new Nd4jConvolution(layer);
  }

  @Override
  public Linear dense() {
    return new Nd4jDense();
  }

  @Override
  public Normalization normalization(double epsilon) {
    return new Nd4jNormalization(epsilon);
  }

  @Override
  public Rounding rounding() {
    return new Nd4jRounding();
  }

  @Override
  public Pooling maxPooling(SubsamplingLayer layer) {
    return new Nd4jPooling("maxpool2d", layer);
  }

  @Override
  public Pooling averagePooling(SubsamplingLayer layer) {
    return new Nd4jPooling("avgpool2d", layer);
  }

  @Override
  public Pooling globalAverage() {
    return new Nd4jGlobalAverage();
  }

  @Override
  public Merging sum() {
    return new Nd4jSum();
  }

  @Override
  public Merging concatenation() {
    return new Nd4jConcatenation();
  }

  @Override
  public INDArray inRowOrder(INDArray array) {
    boolean inOrder = array.ordering() == 'c' && Shape.hasDefaultStridesForShape(array);
    return inOrder ? array : array.dup('c');
  }
}
