package org.qat4j.layers.recurrent;

import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossNegativeLogLikelihood;
import org.nd4j.linalg.lossfunctions.impl.LossSparseMCXENT;
import org.qat4j.kernels.Softmax;

/**
 * Softmax with cross entropy against one class a row, in place: {@code p - y} needs no array of
 * labels where y is 1 at one place.
 */
final class SoftmaxLoss {
  private final LossMCXENT function;
  private final Softmax softmax;

  SoftmaxLoss(ILossFunction function, Softmax softmax) {
    this.function = (LossMCXENT) function;
    this.softmax = softmax;
  }

  /** Whether it is this loss: without weights of classes. */
  static boolean has(ILossFunction function, IActivation activation) {
    return activation.getClass() == ActivationSoftmax.class
        && (function.getClass() == LossMCXENT.class
            || function.getClass() == LossNegativeLogLikelihood.class
            || function.getClass() == LossSparseMCXENT.class)
        && ((LossMCXENT) function).getWeights() == null;
  }

  /** Whether a mask is one of whole rows. */
  static boolean has(INDArray mask, INDArray logits) {
    return mask == null || mask.length() == logits.size(0);
  }

  /**
   * The class of each row.
   *
   * @param labels {@code [batch, classes, time]}, or {@code [batch, 1, time]} of class indices for
   *     the sparse loss
   * @return null if labels do not name one class each
   */
  int[] classes(INDArray labels, INDArray logits) {
    if (function instanceof LossSparseMCXENT) {
      return labels.size(1) == 1 ? indices(labels, logits.size(1)) : null;
    }
    return labels.size(1) == logits.size(1) ? ClassLabels.of(labels) : null;
  }

  private static int[] indices(INDArray labels, long classes) {
    int[] indices = labels.permute(2, 0, 1).dup('c').data().asInt();
    for (int index : indices) {
      if (index < 0 || index >= classes) {
        throw new IllegalArgumentException(
            "label " + index + " is no class of 0.." + (classes - 1));
      }
    }
    return indices;
  }

  /**
   * Turns logits into their gradient.
   *
   * @param logits {@code [rows, classes]} in row order
   * @param classes of each row
   * @param mask a factor for each row, or null
   * @return the sum of the rows' losses
   */
  double differentiate(INDArray logits, int[] classes, INDArray mask) {
    softmax.apply(logits);
    double loss = 0;
    for (int row = 0; row < classes.length; row++) {
      int named = classes[row];
      double weight = mask == null ? 1 : mask.getDouble(row);
      if (named != ClassLabels.NONE) {
        double probability = logits.getDouble(row, named);
        loss -= weight * Math.log(clipped(probability));
        logits.putScalar(row, named, probability - 1);
      }
      if (weight != 1) {
        logits.getRow(row).muli(weight);
      }
    }
    return loss;
  }

  /** As Deeplearning4j clips them before the logarithm. */
  private double clipped(double probability) {
    double epsilon = function.getSoftmaxClipEps();
    return epsilon == 0 ? probability : Math.max(epsilon, Math.min(1 - epsilon, probability));
  }
}
