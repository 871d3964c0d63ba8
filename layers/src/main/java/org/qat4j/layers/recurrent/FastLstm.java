package org.qat4j.layers.recurrent;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Cell;
import org.qat4j.layers.Quantization;

/** A long short-term memory layer that trains fast. */
public final class FastLstm extends LSTM implements WeightQuantizing {
  private static final long serialVersionUID = 1L;

  private Quantization quantization = WeightQuantizing.REAL;

  /** For deserialization. */
  public FastLstm() {}

  /** The same layer as the given one. */
  public FastLstm(LSTM layer) {
    Settings.copyRecurrent(layer, this);
    setForgetGateBiasInit(layer.getForgetGateBiasInit());
    setGateActivationFn(layer.getGateActivationFn());
  }

  @Override
  public Quantization getQuantization() {
    return quantization;
  }

  @Override
  public void setQuantization(Quantization quantization) {
    this.quantization = quantization;
  }

  @Override
  public ParamInitializer initializer() {
    return new SteppedParams(super.initializer());
  }

  @Override
  public Layer instantiate(
      NeuralNetConfiguration conf,
      Collection<TrainingListener> listeners,
      int index,
      INDArray parameters,
      boolean initialize,
      DataType dataType) {
    Cell cell = new Cell.Lstm(getActivationFn(), getGateActivationFn(), false);
    return Settings.complete(
        new RecurrentLayer(conf, dataType, cell), conf, listeners, index, parameters, initialize);
  }
}
