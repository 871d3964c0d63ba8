package org.qat4j.kernels.nd4j;

import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMax;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarMin;
import org.nd4j.linalg.api.ops.impl.scalar.Step;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.HalfEven;
import org.qat4j.kernels.Rounding;

/** Fake quantization by element-wise operations. */
final class Nd4jRounding implements Rounding {
  @Override
  public float min(INDArray values) {
    return values.minNumber().floatValue();
  }

  @Override
  public float max(INDArray values) {
    return values.maxNumber().floatValue();
  }

  @Override
  public INDArray round(
      INDArray values, float low, float high, float scale, LayerWorkspaceMgr workspace) {
    // In row order: ND4J's float softmax in place, of a loss that reads this, needs that.
    return round(workspace.dup(ArrayType.ACTIVATIONS, values, 'c'), low, high, scale);
  }

  private static INDArray round(INDArray result, float low, float high, float scale) {
    if (low > Float.NEGATIVE_INFINITY) {
      Nd4j.getExecutioner().exec(new ScalarMax(result, null, result, low));
    }
    if (high < Float.POSITIVE_INFINITY) {
      Nd4j.getExecutioner().exec(new ScalarMin(result, null, result, high));
    }
    if (scale > 0) {
      HalfEven.round(result.divi(scale)).muli(scale);
    }
    return result;
  }

  @Override
  public INDArray pass(INDArray epsilon, INDArray values, float low, float high) {
    INDArray passed = epsilon.castTo(values.dataType()).dup(values.ordering());
    if (low > Float.NEGATIVE_INFINITY) {
      passed.muli(greater(values, Math.nextDown(low)));
    }
    if (high < Float.POSITIVE_INFINITY) {
      passed.muli(greater(values.neg(), Math.nextDown(-high)));
    }
    return passed;
  }

  @Override
  public double sum(INDArray values) {
    return values.sumNumber().doubleValue();
  }

  @Override
  public double dot(INDArray a, INDArray b) {
    return a.mul(b).sumNumber().doubleValue();
  }

  @Override
  public double dotRounded(INDArray a, INDArray values, float low, float high, float scale) {
    return dot(a, round(values.dup(values.ordering()), low, high, scale));
  }

  /** 1 where the value is greater than the bound, else 0. */
  private static INDArray greater(INDArray values, double bound) {
    return Nd4j.getExecutioner().exec(new Step(values, values.ulike(), bound));
  }
}
