package org.qat4j.jobs.network;

import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.distillation.Distillation;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.LayerSummary;
import org.qat4j.training.QatConfig;
import org.qat4j.training.filters.FilterPruning;

/**
 * A Deeplearning4j network with one input and one output, float or prepared, of either kind.
 * Training changes it in place.
 */
public sealed interface Network permits SequentialNetwork, GraphNetwork {
  /** The Deeplearning4j network. */
  Model model();

  /** One training step. */
  void fit(DataSet batch);

  /**
   * Inference.
   *
   * @param features float32 [batch, channels, height, width]
   * @return float32 [batch, classes]
   */
  INDArray output(INDArray features);

  /** Inference that keeps what each layer puts out, by its name. */
  Map<String, INDArray> activations(INDArray features);

  /** The running layer of that name. */
  Layer layer(String name);

  /** Replaces the learning rate of all layers. */
  void setLearningRate(ISchedule rate);

  /** As {@link org.qat4j.training.Qat#prepare}. */
  Network prepare(QatConfig config);

  /** As {@link org.qat4j.training.Qat#removeFilters}. */
  Network removeFilters(FilterPruning pruning);

  /**
   * The same float network on qat4j's layers, which compute what Deeplearning4j's do, but for
   * rounding, and faster.
   */
  default Network onFastLayers() {
    return prepare(QatConfig.floatingPoint());
  }

  /**
   * As {@link org.qat4j.training.Qat#restore}; this is the prepared one.
   *
   * @param original of the same kind
   */
  Network restore(Network original);

  /** Distillation with this float network as the teacher. */
  Distillation distillation(double temperature, double weight);

  /** Gives this prepared network the loss of a distillation. */
  void teach(Distillation distillation);

  /** As {@link org.qat4j.training.Qat#convert}. */
  QuantizedModel convert();

  /** As {@link org.qat4j.training.Qat#summarize}. */
  List<LayerSummary> summarize();

  /** Loss of the last training step. */
  default double loss() {
    return model().score();
  }

  /** Number of parameters, running statistics included. */
  default long parameters() {
    return model().numParams();
  }

  /** Writes configuration, parameters and updater state as a zip file. */
  default void write(OutputStream out) throws IOException {
    ModelSerializer.writeModel(model(), out, true);
  }
}
