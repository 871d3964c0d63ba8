package org.qat4j.training.forms;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.nd4j.linalg.activations.IActivation;
import org.qat4j.training.network.Stage;

/**
 * The layers directly behind another one that it can absorb.
 *
 * @param norm a batch normalization
 * @param activation an activation layer with a fusible function, behind the normalization if there
 *     is one
 */
record Chain(Optional<Stage> norm, Optional<Stage> activation) {
  static final Chain NONE = new Chain(Optional.empty(), Optional.empty());

  Optional<IActivation> function() {
    return activation.map(stage -> ((ActivationLayer) stage.conf()).getActivationFn());
  }

  List<String> names() {
    return Stream.concat(norm.stream(), activation.stream()).map(Stage::name).toList();
  }
}
