package org.qat4j.layers.recurrent;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.layers.Quantization;

/** An output layer of sequences that trains fast, above all with softmax over many classes. */
public final class FastRnnOutput extends RnnOutputLayer implements WeightQuantizing {
  private static final long serialVersionUID = 1L;

  private Quantization quantization = WeightQuantizing.REAL;

  /** For deserialization. */
  public FastRnnOutput() {}

  /** The same layer as the given one. */
  public FastRnnOutput(RnnOutputLayer layer) {
    Settings.copy(layer, this);
    setLossFn(layer.getLossFn());
    setHasBias(layer.hasBias());
    setRnnDataFormat(layer.getRnnDataFormat());
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
    return Settings.complete(
        new OutputOfSequences(conf, dataType), conf, listeners, index, parameters, initialize);
  }
}
