package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Linear;
import org.qat4j.kernels.Merging;
import org.qat4j.kernels.Normalization;
import org.qat4j.kernels.Pooling;
import org.qat4j.kernels.Rounding;
import org.qat4j.kernels.TrainingKernels;
import org.qat4j.kernels.nd4j.Nd4jKernels;

/** Training arithmetic through oneDNN, for float32 arrays in host memory. */
public final class OneDnnKernels implements TrainingKernels {

  /** Holds the engine; absent where the native library does not load. */
  private static final class Cpu {
    private static final engine ENGINE = load();

    private static engine load() {
      try {
        Loader.load(dnnl.class);
        return new engine(engine.kind.cpu, 0);
      } catch (LinkageError | TypeNotPresentException e) {
        return null;
      }
    }
  }

  static engine engine() {
    return Cpu.ENGINE;
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public boolean supports(DataType type) {
    return type == DataType.FLOAT
        && Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.NATIVE_CPU
        && engine() != null;
  }

  @Override
  public Linear convolution(ConvolutionLayer layer) {
    return new OneDnnConvolution(layer);
  }

  @Override
  public Linear dense() {
    return new OneDnnDense();
  }

  @Override
  public Normalization normalization(double epsilon) {
    return new OneDnnNormalization((float) epsilon);
  }

  @Override
  public Rounding rounding() {
    return new OneDnnRounding();
  }

  @Override
  public Pooling maxPooling(SubsamplingLayer layer) {
    return new OneDnnPooling(dnnl.dnnl_pooling_max, layer);
  }

  @Override
  public Pooling averagePooling(SubsamplingLayer layer) {
    return new OneDnnPooling(
        layer.isAvgPoolIncludePadInDivisor()
            ? dnnl.dnnl_pooling_avg_include_padding
            : dnnl.dnnl_pooling_avg_exclude_padding,
        layer);
  }

  @Override
  public Pooling globalAverage() {
    return new OneDnnPooling(dnnl.dnnl_pooling_avg_include_padding, null);
  }

  @Override
  public Merging sum() {
    return new OneDnnSum();
  }

  /** A copy either way: ND4J's is as good as any. */
  @Override
  public Merging concatenation() {
    return new Nd4jKernels().concatenation();
  }

  @Override
  public INDArray inRowOrder(INDArray array) {
    return Layouts.inRowOrder(array);
  }
}
