package org.qat4j.training.network;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * A Deeplearning4j network of either kind.
 *
 * @param <N> Deeplearning4j's class of the network
 */
public sealed interface NetworkView<N> permits LayerList, LayerGraph {
  static NetworkView<MultiLayerNetwork> of(MultiLayerNetwork network) {
    return new LayerList(network);
  }

  static NetworkView<ComputationGraph> of(ComputationGraph network) {
    return new LayerGraph(network);
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

  /** A copy that trains on by itself: parameters, updater state and configuration are its own. */
  NetworkView<N> copy();
}
