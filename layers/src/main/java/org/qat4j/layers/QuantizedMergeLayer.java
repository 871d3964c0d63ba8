package org.qat4j.layers;

import java.util.Arrays;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.kernels.Merging;

/** Runs a {@link QuantizedMerge}. */
final class QuantizedMergeLayer extends QuantizingLayer<QuantizedMerge> {
  private static final long serialVersionUID = 1L;

  private final transient Merging merging;
  private final transient Clip clip;

  QuantizedMergeLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    merging = sums() ? kernels().sum() : kernels().concatenation();
    clip = Activations.clip(layerConf().getActivationFn());
  }

  private boolean sums() {
    return layerConf().getKind() == QuantizedMerge.Kind.SUM;
  }

  @Override
  Clip activation() {
    return clip;
  }

  /** Deeplearning4j broadcasts; codes are added one by one. */
  @Override
  void requireShapes(INDArray[] inputs) {
    InputShape.requireChannels(this, inputs[0], InputShape.ANY);
    for (INDArray input : inputs) {
      long[] expected = inputs[0].shape().clone();
      if (!sums() && input.rank() == expected.length) {
        expected[1] = input.size(1);
      }
      if (!Arrays.equals(expected, input.shape())) {
        throw new DL4JInvalidInputException(
            "vertex '"
                + name()
                + (sums() ? "' adds" : "' joins")
                + " inputs of the shapes "
                + Arrays.toString(inputs[0].shape())
                + " and "
                + Arrays.toString(input.shape())
                + (sums()
                    ? ", and codes are added without broadcasting; give both the same shape"
                    : ", and only the numbers of channels may differ; give both the same height and"
                        + " width"));
      }
    }
  }

  @Override
  INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace) {
    return merging.forward(inputs, workspace);
  }

  @Override
  INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace) {
    long[] channels = Arrays.stream(inputs).mapToLong(input -> input.size(1)).toArray();
    return merging.backward(epsilon, channels, workspace);
  }

  @Override
  Op deployedOp(Shape[] inputs) {
    return sums() ? new JoinOp.Add(clip) : new JoinOp.Concat();
  }
}
