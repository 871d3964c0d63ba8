package org.qat4j.kernels.onednn;

import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.post_ops;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.javacpp.FloatPointer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Rounding;

/**
 * Fake quantization and its gradient, each in one pass over memory: an element-wise operation with
 * a chain of others behind it, whose bounds and scale are arguments, so that moving ranges need no
 * new primitives.
 */
final class OneDnnRounding implements Rounding {
  private Primitives primitives;

  @Override
  public float min(INDArray values) {
    return flat(values).minNumber().floatValue();
  }

  @Override
  public float max(INDArray values) {
    return flat(values).maxNumber().floatValue();
  }

  @Override
  public INDArray round(
      INDArray values, float low, float high, float scale, LayerWorkspaceMgr workspace) {
    INDArray result = Layouts.allocate(values.shape(), ArrayType.ACTIVATIONS, workspace);
    return round(values, low, high, scale, result);
  }

  private INDArray round(INDArray values, float low, float high, float scale, INDArray result) {
    INDArray source = Layouts.working(values);
    Primitives p = primitives(values.length());
    p.set(low, high, scale);
    if (scale > 0) {
      p.round.run(source, result);
    } else {
      p.clamp.run(source, result);
    }
    return result;
  }

  @Override
  public INDArray pass(INDArray epsilon, INDArray values, float low, float high) {
    INDArray source = Layouts.working(values);
    INDArray delta = Layouts.working(epsilon);
    INDArray result = Layouts.allocate(values.shape());
    Primitives p = primitives(values.length());
    p.set(low, high, 0);
    p.pass.run(source, source, delta, result);
    return result;
  }

  @Override
  public double sum(INDArray values) {
    return flat(values).sumNumber().doubleValue();
  }

  @Override
  public double dot(INDArray a, INDArray b) {
    return Nd4j.getBlasWrapper().dot(flat(a), flat(b));
  }

  @Override
  public double dotRounded(INDArray a, INDArray values, float low, float high, float scale) {
    return dot(a, round(values, low, high, scale, Layouts.allocate(values.shape())));
  }

  /** All elements in memory order: ND4J reduces a permuted view slowly. */
  private static INDArray flat(INDArray values) {
    INDArray working = Layouts.working(values);
    INDArray ordered = working.rank() == 4 ? working.permute(0, 2, 3, 1) : working;
    return ordered.reshape('c', new long[] {ordered.length()});
  }

  private Primitives primitives(long length) {
    if (primitives == null || primitives.length != length) {
      primitives = new Primitives(length);
    }
    return primitives;
  }

  /** All primitives for one number of elements. */
  private static final class Primitives {
    private final long length;
    private final Scalar low = new Scalar();
    private final Scalar high = new Scalar();
    private final Scalar scale = new Scalar();
    private final Call round;
    private final Call clamp;
    private final Call pass;

    Primitives(long length) {
      this.length = length;
      memory.desc data = Layouts.plain(length);
      memory.desc scalar = Layouts.plain(1);

      post_ops rounding = new post_ops();
      rounding.append_binary(dnnl.dnnl_binary_min, scalar);
      rounding.append_binary(dnnl.dnnl_binary_div, scalar);
      rounding.append_eltwise(dnnl.dnnl_eltwise_round, 0, 0);
      rounding.append_binary(dnnl.dnnl_binary_mul, scalar);
      round =
          binary(dnnl.dnnl_binary_max, data, scalar, rounding)
              .slot(dnnl.DNNL_ARG_SRC_0, data)
              .bound(dnnl.DNNL_ARG_SRC_1, low.argument)
              .bound(postOp(0), high.argument)
              .bound(postOp(1), scale.argument)
              .bound(postOp(3), scale.argument)
              .slot(dnnl.DNNL_ARG_DST, data);

      post_ops clamping = new post_ops();
      clamping.append_binary(dnnl.dnnl_binary_min, scalar);
      clamp =
          binary(dnnl.dnnl_binary_max, data, scalar, clamping)
              .slot(dnnl.DNNL_ARG_SRC_0, data)
              .bound(dnnl.DNNL_ARG_SRC_1, low.argument)
              .bound(postOp(0), high.argument)
              .slot(dnnl.DNNL_ARG_DST, data);

      // A value lies inside the bounds if clamping leaves it as it is.
      post_ops passing = new post_ops();
      passing.append_binary(dnnl.dnnl_binary_min, scalar);
      passing.append_binary(dnnl.dnnl_binary_eq, data);
      passing.append_binary(dnnl.dnnl_binary_mul, data);
      pass =
          binary(dnnl.dnnl_binary_max, data, scalar, passing)
              .slot(dnnl.DNNL_ARG_SRC_0, data)
              .bound(dnnl.DNNL_ARG_SRC_1, low.argument)
              .bound(postOp(0), high.argument)
              .slot(postOp(1), data)
              .slot(postOp(2), data)
              .slot(dnnl.DNNL_ARG_DST, data);
    }

    private static int postOp(int index) {
      return dnnl.DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (index + 1) | dnnl.DNNL_ARG_SRC_1;
    }

    private static Call binary(
        int algorithm, memory.desc data, memory.desc scalar, post_ops behind) {
      primitive_attr attributes = new primitive_attr();
      attributes.set_post_ops(behind);
      var description =
          new binary.primitive_desc(
              OneDnnKernels.engine(), algorithm, data, scalar, data, attributes, false);
      return new Call(description, new binary(description));
    }

    void set(float lowest, float highest, float step) {
      low.value.put(lowest);
      high.value.put(highest);
      scale.value.put(step);
    }
  }

  /** A number in native memory: an ND4J array made during a pass would live in a workspace. */
  private static final class Scalar {
    private final memory argument = new memory(Layouts.plain(1), OneDnnKernels.engine());
    private final FloatPointer value = new FloatPointer(argument.get_data_handle());
  }
}
