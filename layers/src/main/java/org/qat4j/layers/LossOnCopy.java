package org.qat4j.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LossLayer;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;

/**
 * The loss of an output layer, on logits that the layer before it computes. In Deeplearning4j most
 * losses of softmax overwrite their input where they compute its gradient: an OutputLayer computes
 * its logits again for the score, but a LossLayer would take the score of what is left of them, and
 * divide it by the batch's size where {@code miniBatch(false)} forbids it.
 */
public final class LossOnCopy extends LossLayer {
  private static final long serialVersionUID = 1L;

  /** For deserialization. */
  public LossOnCopy() {}

  /** A loss behind an activation function. */
  public LossOnCopy(ILossFunction loss, IActivation activation) {
    setLossFn(loss);
    setActivationFn(activation);
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    return QuantizingConf.complete(
        new Running(conf, dataType), conf, listeners, index, parameters, initialize);
  }

  private static final class Running extends org.deeplearning4j.nn.layers.LossLayer {
    private static final long serialVersionUID = 1L;

    Running(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    /** As Deeplearning4j's, with one copy in the place of two. */
    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
      if (maskArray != null) {
        return super.activate(training, workspace);
      }
      INDArray logits = workspace.dup(ArrayType.ACTIVATIONS, input, 'c');
      INDArray result = layerConf().getActivationFn().getActivation(logits, training);
      return workspace.leverageTo(ArrayType.ACTIVATIONS, result);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(
        INDArray epsilon, LayerWorkspaceMgr workspace) {
      INDArray logits = input;
      input = logits.dup();
      try {
        return super.backpropGradient(epsilon, workspace);
      } finally {
        input = logits;
      }
    }

    /** An output layer's is a sum where gradients are; a loss layer's always is a mean. */
    @Override
    public double computeScore(
        double regularization, boolean training, LayerWorkspaceMgr workspace) {
      double score = super.computeScore(regularization, training, workspace);
      if (!conf().isMiniBatch()) {
        score = (score - regularization) * getInputMiniBatchSize() + regularization;
        this.score = score;
      }
      return score;
    }
  }
}
