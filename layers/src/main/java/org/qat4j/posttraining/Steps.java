package org.qat4j.posttraining;

import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.calibration.ActivationStatistics;
import org.qat4j.training.network.NetworkView;

/**
 * What {@link Qat} does, for one kind of Deeplearning4j network.
 *
 * @param <N> Deeplearning4j's class of the network
 * @param restore of a prepared network and its original
 */
record Steps<N>(
    Function<N, NetworkView<N>> view,
    BiFunction<N, QatConfig, N> prepare,
    BinaryOperator<N> restore,
    BiFunction<N, DataSetIterator, ActivationStatistics> observe,
    Calibration<N> calibrate,
    Function<N, QuantizedModel> convert) {

  /** As {@link Qat#calibrate(MultiLayerNetwork, ActivationStatistics, QatConfig)}. */
  interface Calibration<N> {
    N calibrate(N network, ActivationStatistics seen, QatConfig config);
  }

  static final Steps<MultiLayerNetwork> SEQUENTIAL =
      new Steps<>(
          NetworkView::of, Qat::prepare, Qat::restore, Qat::observe, Qat::calibrate, Qat::convert);
  static final Steps<ComputationGraph> GRAPH =
      new Steps<>(
          NetworkView::of, Qat::prepare, Qat::restore, Qat::observe, Qat::calibrate, Qat::convert);

  LayerRunner runner(N prepared) {
    return new LayerRunner(view.apply(prepared));
  }

  N copy(N network) {
    return view.apply(network).copy().network();
  }

  /** A copy of a calibrated network whose layers were changed one after the other. */
  N adjusted(N calibrated, Batches data, LayerByLayer.Adjustment adjustment) {
    N copy = copy(calibrated);
    new LayerByLayer(runner(calibrated), runner(copy)).run(data.features(), adjustment);
    return copy;
  }
}
