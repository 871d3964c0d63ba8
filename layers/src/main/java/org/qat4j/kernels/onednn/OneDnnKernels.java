package org.qat4j.kernels.onednn;

import java.util.Optional;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.javacpp.Loader;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ops.executioner.OpExecutioner;
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

/** Training arithmetic through oneDNN, for float32 arrays in host memory. */
public final class OneDnnKernels implements KernelFamily {

  /** Holds the engine, or why there is none: the native library may not load. */
  private static final class Cpu {
    private static final Optional<engine> ENGINE;
    private static final Optional<String> ABSENCE;

    static {
      engine loaded = null;
      String reason = null;
      try {
        Loader.load(dnnl.class);
        loaded = new engine(engine.kind.cpu, 0);
      } catch (LinkageError | TypeNotPresentException e) {
        reason = "its native library does not load (" + e + ")";
      }
      ENGINE = Optional.ofNullable(loaded);
      ABSENCE = Optional.ofNullable(reason);
    }
  }

  static engine engine() {
    return Cpu.ENGINE.orElseThrow();
  }

  @Override
  public String name() {
    return "onednn";
  }

  @Override
  public int preference() {
    return 1;
  }

  @Override
  public Optional<String> absence(DataType type) {
    if (type != DataType.FLOAT) {
      return Optional.of("it computes in FLOAT");
    }
    boolean cpu = Nd4j.getExecutioner().type() == OpExecutioner.ExecutionerType.NATIVE_CPU;
    return cpu ? Cpu.ABSENCE : Optional.of("ND4J's arrays are not in host memory");
  }

  @Override
  public Optional<Linear> convolution(ConvolutionLayer layer) {
    return Optional.of(new OneDnnConvolution(layer));
  }

  @Override
  public Optional<Linear> dense() {
    return Optional.of(new OneDnnDense());
  }

  @Override
  public Optional<Normalization> normalization(double epsilon) {
    return Optional.of(new OneDnnNormalization((float) epsilon));
  }

  @Override
  public Optional<Rounding> rounding() {
    return Optional.of(new OneDnnRounding());
  }

  @Override
  public Optional<Pooling> maxPooling(SubsamplingLayer layer) {
    return Optional.of(new OneDnnPooling(dnnl.dnnl_pooling_max, layer));
  }

  @Override
  public Optional<Pooling> averagePooling(SubsamplingLayer layer) {
    return Optional.of(
        new OneDnnPooling(
            layer.isAvgPoolIncludePadInDivisor()
                ? dnnl.dnnl_pooling_avg_include_padding
                : dnnl.dnnl_pooling_avg_exclude_padding,
            layer));
  }

  @Override
  public Optional<Pooling> globalAverage() {
    return Optional.of(new OneDnnPooling(dnnl.dnnl_pooling_avg_include_padding, null));
  }

  @Override
  public Optional<Merging> sum() {
    return Optional.of(new OneDnnSum());
  }

  /** Long short-term memory with the usual activations. */
  @Override
  public Optional<Recurrence> recurrence(Cell cell, boolean masked) {
    return !masked && cell instanceof Cell.Lstm lstm && OneDnnLstm.has(lstm)
        ? Optional.of(new OneDnnLstm(lstm))
        : Optional.empty();
  }

  @Override
  public Optional<Softmax> softmax() {
    return Optional.of(new OneDnnSoftmax());
  }
}
