package org.qat4j.kernels;

import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Fake quantization and its straight-through gradient, element by element. */
public interface Rounding {

  /** The smallest value; NaN if all are, while one among numbers may not count. */
  float min(INDArray values);

  /** The largest value; NaN if all are, while one among numbers may not count. */
  float max(INDArray values);

  /**
   * Clamps to {@code [low, high]} and rounds half to even to multiples of the scale.
   *
   * @param values not modified
   * @param scale real units per code; 0 to clamp without rounding
   * @return in the workspace of activations
   */
  INDArray round(INDArray values, float low, float high, float scale, LayerWorkspaceMgr workspace);

  /**
   * Lets a gradient pass where the value lies in {@code [low, high]}, bounds included, and makes it
   * 0 elsewhere.
   *
   * @param epsilon not modified
   * @param values where the gradient was taken, not modified
   * @return in the working memory of the backward pass
   */
  INDArray pass(INDArray epsilon, INDArray values, float low, float high);

  /** The sum of all elements; not finite if one is not. */
  double sum(INDArray values);

  /** The sum of the products of two arrays' elements; NaN if one is. */
  double dot(INDArray a, INDArray b);

  /**
   * {@link #dot} of an array and the rounded values, for when a reader may have changed what {@link
   * #round} returned.
   */
  double dotRounded(INDArray a, INDArray values, float low, float high, float scale);
}
