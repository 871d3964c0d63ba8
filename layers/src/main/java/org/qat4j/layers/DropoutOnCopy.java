package org.qat4j.layers;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Dropout that leaves its input as it is. Deeplearning4j's own works in place where its input's
 * other readers have run forward; they read it in the backward pass again.
 */
public final class DropoutOnCopy extends DropoutLayer {
  private static final long serialVersionUID = 1L;

  /** For deserialization. */
  public DropoutOnCopy() {}

  /** The same dropout as the given layer's. */
  public DropoutOnCopy(DropoutLayer layer) {
    setLayerName(layer.getLayerName());
    setIDropout(layer.getIDropout());
    // Deeplearning4j takes a configuration without these for one of an old format.
    setActivationFn(layer.getActivationFn());
    setWeightInitFn(layer.getWeightInitFn());
    setIUpdater(layer.getIUpdater());
    setRegularization(layer.getRegularization());
    setRegularizationBias(layer.getRegularizationBias());
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

  private static final class Running extends org.deeplearning4j.nn.layers.DropoutLayer {
    private static final long serialVersionUID = 1L;

    Running(NeuralNetConfiguration conf, DataType dataType) {
      super(conf, dataType);
    }

    @Override
    public void allowInputModification(boolean allow) {
      // Never.
    }
  }
}
