package org.qat4j.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Max pooling through the training kernels. The largest of some codes is one of them, so nothing is
 * quantized: the codes pass through.
 */
public final class MaxPooling extends SubsamplingLayer {
  private static final long serialVersionUID = 1L;

  /** For deserialization. */
  public MaxPooling() {}

  /** The same pooling as the given layer. */
  public MaxPooling(SubsamplingLayer layer) {
    setLayerName(layer.getLayerName());
    setPoolingType(layer.getPoolingType());
    setConvolutionMode(layer.getConvolutionMode());
    setKernelSize(layer.getKernelSize());
    setStride(layer.getStride());
    setPadding(layer.getPadding());
    setDilation(layer.getDilation());
    setCnn2dDataFormat(layer.getCnn2dDataFormat());
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
        new MaxPoolingLayer(conf, dataType), conf, listeners, index, parameters, initialize);
  }
}
