package org.qat4j.layers;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.convolution.subsampling.SubsamplingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Pooling;
import org.qat4j.kernels.TrainingKernels;

/** Runs a {@link MaxPooling}. */
final class MaxPoolingLayer extends SubsamplingLayer implements KernelUser {
  private static final long serialVersionUID = 1L;

  private final transient TrainingKernels kernels;
  private final transient Pooling pooling;

  MaxPoolingLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    kernels = TrainingKernels.of(dataType);
    pooling = kernels.maxPooling(layerConf());
  }

  @Override
  public Map<String, String> kernelFamilies() {
    return kernels.chosen();
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    assertInputSet(false);
    InputShape.requireImages(this, input, InputShape.ANY);
    INDArray values = input.castTo(dataType);
    return training
        ? pooling.forward(values, ArrayType.ACTIVATIONS, workspace)
        : pooling.infer(values, workspace);
  }

  /** Dropout must not change what other readers of the input read again in the backward pass. */
  @Override
  public void allowInputModification(boolean allow) {
    // Never.
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    INDArray gradient =
        pooling.backward(input.castTo(dataType), epsilon.castTo(dataType), workspace);
    return new Pair<>(new DefaultGradient(), gradient);
  }
}
