package org.qat4j.kernels.onednn;

import java.util.Arrays;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.pooling_backward;
import org.bytedeco.dnnl.pooling_forward;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.kernels.Geometry;
import org.qat4j.kernels.Pooling;

/** Pooling; for max pooling the forward pass remembers in native memory which element won. */
final class OneDnnPooling implements Pooling {
  private final int algorithm;
  private final SubsamplingLayer layer;
  private Primitives primitives;

  /** A pooling over windows, or without a layer over the whole image. */
  OneDnnPooling(int algorithm, SubsamplingLayer layer) {
    this.algorithm = algorithm;
    this.layer = layer;
  }

  @Override
  public INDArray forward(INDArray input, ArrayType type, LayerWorkspaceMgr workspace) {
    Primitives p = primitives(input);
    return run(p, p.forward, input, type, workspace);
  }

  @Override
  public INDArray infer(INDArray input, LayerWorkspaceMgr workspace) {
    Primitives p = primitives(input);
    return run(p, p.infer, input, ArrayType.ACTIVATIONS, workspace);
  }

  private INDArray run(
      Primitives p, Call call, INDArray input, ArrayType type, LayerWorkspaceMgr workspace) {
    INDArray result = Layouts.allocate(p.outputShape, type, workspace);
    call.run(Layouts.working(input), result);
    return layer == null ? result.reshape('c', input.size(0), input.size(1)) : result;
  }

  private Primitives primitives(INDArray input) {
    if (primitives == null || !Arrays.equals(primitives.inputShape, input.shape())) {
      primitives = new Primitives(algorithm, layer, input.shape());
    }
    return primitives;
  }

  @Override
  public INDArray backward(INDArray input, INDArray epsilon, LayerWorkspaceMgr workspace) {
    INDArray delta = epsilon.reshape('c', primitives.outputShape);
    INDArray result = Layouts.allocate(input.shape(), ArrayType.ACTIVATION_GRAD, workspace);
    primitives.backward.run(Layouts.working(delta), result);
    return result;
  }

  /** All primitives for one input shape. */
  private static final class Primitives {
    private final long[] inputShape;
    private final long[] outputShape;
    private final Call forward;
    private final Call infer;
    private final Call backward;

    Primitives(int algorithm, SubsamplingLayer layer, long[] inputShape) {
      this.inputShape = inputShape;
      Shape image = Shape.of((int) inputShape[1], (int) inputShape[2], (int) inputShape[3]);
      Window window = layer == null ? Window.whole(image) : Geometry.of(layer, image);
      Shape output = window.outputShape(image, image.channels());
      outputShape = new long[] {inputShape[0], inputShape[1], output.height(), output.width()};
      memory.desc source = Layouts.channelsLast(inputShape);
      memory.desc target = Layouts.channelsLast(outputShape);
      long[] strides = {window.strideHeight(), window.strideWidth()};
      long[] kernel = {window.kernelHeight(), window.kernelWidth()};
      long[] dilations = {window.dilationHeight() - 1, window.dilationWidth() - 1};
      long[] topLeft = {window.padTop(), window.padLeft()};
      long[] bottomRight = {window.padBottom(), window.padRight()};
      var forwardDesc =
          new pooling_forward.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_forward_training,
              algorithm,
              source,
              target,
              strides,
              kernel,
              dilations,
              topLeft,
              bottomRight);
      forward =
          new Call(forwardDesc, new pooling_forward(forwardDesc))
              .slot(dnnl.DNNL_ARG_SRC, source)
              .slot(dnnl.DNNL_ARG_DST, target);
      var inferDesc =
          new pooling_forward.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_forward_inference,
              algorithm,
              source,
              target,
              strides,
              kernel,
              dilations,
              topLeft,
              bottomRight);
      infer =
          new Call(inferDesc, new pooling_forward(inferDesc))
              .slot(dnnl.DNNL_ARG_SRC, source)
              .slot(dnnl.DNNL_ARG_DST, target);
      var backwardDesc =
          new pooling_backward.primitive_desc(
              OneDnnKernels.engine(),
              algorithm,
              source,
              target,
              strides,
              kernel,
              dilations,
              topLeft,
              bottomRight,
              forwardDesc);
      backward =
          new Call(backwardDesc, new pooling_backward(backwardDesc))
              .slot(dnnl.DNNL_ARG_DIFF_DST, target)
              .slot(dnnl.DNNL_ARG_DIFF_SRC, source);
      if (algorithm == dnnl.dnnl_pooling_max) {
        memory winners = new memory(forwardDesc.workspace_desc(), OneDnnKernels.engine());
        forward.bound(dnnl.DNNL_ARG_WORKSPACE, winners);
        backward.bound(dnnl.DNNL_ARG_WORKSPACE, winners);
      }
    }
  }
}
