package org.qat4j.kernels.onednn;

import java.util.Arrays;
import org.bytedeco.dnnl.convolution_backward_data;
import org.bytedeco.dnnl.convolution_backward_weights;
import org.bytedeco.dnnl.convolution_forward;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.kernels.Geometry;

/**
 * 2-D convolution, plain or depthwise; weights are brought into oneDNN's layout at each call, since
 * each step changes them.
 */
final class OneDnnConvolution extends OneDnnLinear {
  private final ConvolutionLayer layer;
  private ShapePrimitives primitives;

  OneDnnConvolution(ConvolutionLayer layer) {
    this.layer = layer;
  }

  @Override
  public INDArray rows(INDArray weights) {
    return depthwise()
        ? weights.reshape('c', weights.length() / layer.getNOut(), layer.getNOut()).transpose()
        : weights.reshape('c', weights.size(0), weights.length() / weights.size(0));
  }

  private boolean depthwise() {
    return layer instanceof DepthwiseConvolution2D;
  }

  @Override
  Primitives primitives(INDArray source, INDArray rows, boolean biased) {
    if (primitives == null || !primitives.fits(source, biased)) {
      primitives = new ShapePrimitives(layer, source, rows.size(0), biased);
    }
    return primitives;
  }

  /** All primitives for one input shape. */
  private static final class ShapePrimitives implements Primitives {
    private final long[] inputShape;
    private final long[] outputShape;
    private final boolean biased;
    private final boolean depthwise;
    private final Reordered backwardDataWeights;
    private final Reordered weightGradient;
    private final ForwardPass forward;
    private final Call backwardData;
    private final Call backwardWeights;

    ShapePrimitives(ConvolutionLayer layer, INDArray input, long outChannels, boolean biased) {
      this.inputShape = input.shape();
      this.biased = biased;
      Shape image = Shape.of((int) inputShape[1], (int) inputShape[2], (int) inputShape[3]);
      Window window = Geometry.of(layer, image);
      Shape output = window.outputShape(image, (int) outChannels);
      outputShape = new long[] {inputShape[0], outChannels, output.height(), output.width()};
      depthwise = layer instanceof DepthwiseConvolution2D;
      long[] kernel = kernel(window, outChannels, inputShape[1]);
      memory.desc source = Layouts.channelsLast(inputShape);
      memory.desc target = Layouts.channelsLast(outputShape);
      memory.desc weights = Layouts.any(kernel);
      memory.desc rows = depthwise ? heightFirst(kernel) : Layouts.plain(kernel);
      memory.desc bias = biased ? Layouts.plain(outChannels) : new memory.desc();
      long[] strides = {window.strideHeight(), window.strideWidth()};
      long[] dilations = {window.dilationHeight() - 1, window.dilationWidth() - 1};
      long[] topLeft = {window.padTop(), window.padLeft()};
      long[] bottomRight = {window.padBottom(), window.padRight()};

      var forwardDesc =
          new convolution_forward.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_forward_training,
              dnnl.dnnl_convolution_direct,
              source,
              weights,
              bias,
              target,
              strides,
              dilations,
              topLeft,
              bottomRight);
      forward =
          new ForwardPass(
              forwardDesc,
              new convolution_forward(forwardDesc),
              Reordered.into(rows, forwardDesc.weights_desc()),
              source,
              biased ? bias : null,
              target);

      var dataDesc =
          new convolution_backward_data.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_convolution_direct,
              source,
              weights,
              target,
              strides,
              dilations,
              topLeft,
              bottomRight,
              forwardDesc);
      backwardDataWeights = Reordered.into(rows, dataDesc.weights_desc());
      backwardData =
          new Call(dataDesc, new convolution_backward_data(dataDesc))
              .slot(dnnl.DNNL_ARG_DIFF_DST, target)
              .bound(dnnl.DNNL_ARG_WEIGHTS, backwardDataWeights.own())
              .slot(dnnl.DNNL_ARG_DIFF_SRC, source);

      var weightsDesc =
          new convolution_backward_weights.primitive_desc(
              OneDnnKernels.engine(),
              dnnl.dnnl_convolution_direct,
              source,
              weights,
              bias,
              target,
              strides,
              dilations,
              topLeft,
              bottomRight,
              forwardDesc);
      weightGradient = Reordered.outOf(weightsDesc.diff_weights_desc(), rows);
      backwardWeights =
          new Call(weightsDesc, new convolution_backward_weights(weightsDesc))
              .slot(dnnl.DNNL_ARG_SRC, source)
              .slot(dnnl.DNNL_ARG_DIFF_DST, target)
              .bound(dnnl.DNNL_ARG_DIFF_WEIGHTS, weightGradient.own());
      if (biased) {
        backwardWeights.slot(dnnl.DNNL_ARG_DIFF_BIAS, bias);
      }
    }

    /** Plain weights are OIHW; depthwise ones have the channels as groups before that. */
    private long[] kernel(Window window, long outChannels, long channels) {
      int height = window.kernelHeight();
      int width = window.kernelWidth();
      return depthwise
          ? new long[] {channels, outChannels / channels, 1, height, width}
          : new long[] {outChannels, channels, height, width};
    }

    /** Deeplearning4j stores depthwise weights as [height, width, channel, multiplier]. */
    private static memory.desc heightFirst(long[] kernel) {
      long outChannels = kernel[0] * kernel[1];
      long[] strides = {kernel[1], 1, 1, kernel[4] * outChannels, outChannels};
      return new memory.desc(kernel, memory.data_type.f32, strides);
    }

    /** The rows in the layout of their parameter. */
    private INDArray stored(INDArray rows) {
      return depthwise && rows.stride(0) != 1 ? rows.dup('f') : rows;
    }

    boolean fits(INDArray input, boolean withBias) {
      return withBias == biased && Arrays.equals(inputShape, input.shape());
    }

    @Override
    public long[] outputShape() {
      return outputShape;
    }

    @Override
    public void forward(INDArray source, INDArray rows, INDArray bias, INDArray result) {
      forward.run(source, stored(rows), bias, result);
    }

    @Override
    public void backwardWeights(
        INDArray source, INDArray delta, INDArray rowsGradient, INDArray biasGradient) {
      if (biasGradient == null) {
        backwardWeights.run(source, delta);
      } else {
        backwardWeights.run(source, delta, biasGradient);
      }
      weightGradient.run(rowsGradient);
    }

    @Override
    public void backwardData(INDArray delta, INDArray rows, INDArray result) {
      backwardDataWeights.run(stored(rows));
      backwardData.run(delta, result);
    }
  }
}
