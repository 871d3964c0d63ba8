package org.qat4j.layers.recurrent;

import java.util.Collection;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The embedding of sequences, in the order in which the layers behind it work. */
public final class FastEmbeddingSequence extends EmbeddingSequenceLayer {
  private static final long serialVersionUID = 1L;

  /** For deserialization. */
  public FastEmbeddingSequence() {}

  /**
   * The same layer as the given one.
   *
   * @throws IllegalArgumentException unless {@link #has}
   */
  public FastEmbeddingSequence(EmbeddingSequenceLayer layer) {
    if (!has(layer)) {
      throw new IllegalArgumentException("an embedding with a bias or an activation function");
    }
    Settings.copy(layer, this);
    setInputLength(layer.getInputLength());
    setInferInputLength(layer.isInferInputLength());
    setOutputFormat(layer.getOutputFormat());
  }

  /** Whether a layer does nothing but look up. */
  public static boolean has(EmbeddingSequenceLayer layer) {
    return !layer.hasBias() && layer.getActivationFn() instanceof ActivationIdentity;
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
        new EmbeddingOfSequences(conf, dataType), conf, listeners, index, parameters, initialize);
  }
}
