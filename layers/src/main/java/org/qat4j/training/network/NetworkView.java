package org.qat4j.training.network;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ISchedule;

/**
 * A Deeplearning4j network of either kind.
 *
 * @param <N> Deeplearning4j's class of the network
 */
public sealed interface NetworkView<N extends Model> permits LayerList, LayerGraph {
  static NetworkView<MultiLayerNetwork> of(MultiLayerNetwork network) {
    return new LayerList(network);
  }

  static NetworkView<ComputationGraph> of(ComputationGraph network) {
    return new LayerGraph(network);
  }

  /**
   * The view of a network whose kind shows only when the program runs.
   *
   * @throws IllegalArgumentException if it is of neither kind
   */
  static NetworkView<?> of(Model network) {
    if (network instanceof MultiLayerNetwork layers) {
      return of(layers);
    }
    if (network instanceof ComputationGraph graph) {
      return of(graph);
    }
    throw new IllegalArgumentException(
        "expected a MultiLayerNetwork or a ComputationGraph, got "
            + (network == null ? "null" : network.getClass().getName()));
  }

  N network();

  /** Whether it has parameters. */
  boolean isInitialized();

  /**
   * Its layers in execution order.
   *
   * @throws IllegalArgumentException if a graph has several inputs or outputs, or a vertex without
   *     a name
   */
  List<Stage> stages();

  /** The running layers by the names of their stages, without the wrappers of frozen ones. */
  Map<String, Layer> layers();

  /**
   * A new network of other layers with the settings of this one, which trains from iteration 0.
   *
   * @param stages in execution order; of a graph also vertices without a layer
   */
  NetworkView<N> build(List<Stage> stages);

  /** One training step. */
  void fit(DataSet batch);

  /** Inference: what the one output gives for features. */
  INDArray output(INDArray features);

  /** Inference that keeps what each layer puts out, by the name of its stage. */
  Map<String, INDArray> activations(INDArray features);

  /** Replaces the learning rate of all layers. */
  void setLearningRate(ISchedule rate);

  /** A copy that trains on by itself: parameters, updater state and configuration are its own. */
  NetworkView<N> copy();
}
