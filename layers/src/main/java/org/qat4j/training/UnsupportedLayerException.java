package org.qat4j.training;

/** A network holds a layer that cannot be quantized; the message names it and says what to do. */
public final class UnsupportedLayerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnsupportedLayerException(Stage stage, String problem) {
    super(
        stage.describe()
            + " cannot be quantized: it "
            + problem
            + ". Supported: ConvolutionLayer, DepthwiseConvolution2D, SeparableConvolution2D and"
            + " DenseLayer (with BatchNormalization and ActivationLayer behind them),"
            + " BatchNormalization, SubsamplingLayer MAX and AVG, GlobalPoolingLayer AVG,"
            + " ActivationLayer, ZeroPaddingLayer, Upsampling2D, ElementWiseVertex Add,"
            + " MergeVertex, DropoutLayer, OutputLayer, LossLayer");
  }
}
