package org.qat4j.layers;

import java.util.stream.LongStream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.impl.layers.convolution.Conv2D;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The multiply-accumulate part of a block, in floating point, through ND4J operations of any
 * backend.
 */
sealed interface Linear {

  /** The weights as rows [outChannels, fanIn]; a view of {@code weights}. */
  INDArray rows(INDArray weights);

  /**
   * @param input [batch, ...], not modified
   * @param rows weights [outChannels, fanIn]
   * @return without bias; a new array
   */
  INDArray forward(INDArray input, INDArray rows);

  /**
   * @param epsilon gradient of the output
   * @param weightGradient overwritten
   * @return gradient of the input, a new array
   */
  INDArray backward(INDArray input, INDArray rows, INDArray epsilon, INDArray weightGradient);

  /** Axes over which the bias and the statistics of one channel run. */
  int[] channelAxes();

  /** 2-D convolution, NCHW, weights OIHW. */
  record Convolution(Conv2DConfig config, long inChannels) implements Linear {
    static Convolution of(ConvolutionLayer layer) {
      int[] kernel = layer.getKernelSize();
      int[] stride = layer.getStride();
      int[] padding = layer.getPadding();
      int[] dilation = layer.getDilation();
      Conv2DConfig config =
          Conv2DConfig.builder()
              .kH(kernel[0])
              .kW(kernel[1])
              .sH(stride[0])
              .sW(stride[1])
              .pH(padding[0])
              .pW(padding[1])
              .dH(dilation[0])
              .dW(dilation[1])
              .paddingMode(
                  layer.getConvolutionMode() == ConvolutionMode.Same
                      ? PaddingMode.SAME
                      : PaddingMode.VALID)
              .weightsFormat(WeightsFormat.OIYX)
              .build();
      return new Convolution(config, layer.getNIn());
    }

    @Override
    public INDArray rows(INDArray weights) {
      return weights.reshape('c', weights.size(0), weights.length() / weights.size(0));
    }

    private INDArray oihw(INDArray rows) {
      return rows.reshape('c', rows.size(0), inChannels, config.getKH(), config.getKW());
    }

    @Override
    public INDArray forward(INDArray input, INDArray rows) {
      return Nd4j.exec(new Conv2D(new INDArray[] {input, oihw(rows)}, null, config))[0];
    }

    @Override
    public INDArray backward(
        INDArray input, INDArray rows, INDArray epsilon, INDArray weightGradient) {
      INDArray inputGradient = input.ulike();
      Nd4j.exec(
          DynamicCustomOp.builder("conv2d_bp")
              .addInputs(input, oihw(rows), epsilon)
              .addOutputs(inputGradient, weightGradient)
              .addIntegerArguments(
                  LongStream.of(new Conv2D(new INDArray[] {input}, null, config).iArgs())
                      .mapToInt(Math::toIntExact)
                      .toArray())
              .build());
      return inputGradient;
    }

    @Override
    public int[] channelAxes() {
      return new int[] {0, 2, 3};
    }
  }

  /** Fully connected: input [batch, features], weights [features, outputs] in column order. */
  record Dense() implements Linear {
    @Override
    public INDArray rows(INDArray weights) {
      return weights.transpose();
    }

    @Override
    public INDArray forward(INDArray input, INDArray rows) {
      return input.mmul(rows.transpose());
    }

    @Override
    public INDArray backward(
        INDArray input, INDArray rows, INDArray epsilon, INDArray weightGradient) {
      Nd4j.gemm(input, epsilon, weightGradient, true, false, 1.0, 0.0);
      return epsilon.mmul(rows);
    }

    @Override
    public int[] channelAxes() {
      return new int[] {0};
    }
  }
}
