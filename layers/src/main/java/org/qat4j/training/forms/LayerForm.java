package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.api.Layer;
import org.qat4j.graph.Graph;
import org.qat4j.training.network.Stage;

/**
 * A form that prepared networks have layers of.
 *
 * @param <L> what it is in the original
 * @param <P> what it is in the prepared network
 */
abstract class LayerForm<L, P extends org.deeplearning4j.nn.conf.layers.Layer> extends Form<L> {
  private final Class<P> preparedType;

  LayerForm(Class<L> type, Class<P> preparedType) {
    super(type);
    this.preparedType = preparedType;
  }

  /** Whether a layer of a prepared network is of this form. */
  boolean isFormOf(Serializable conf) {
    return preparedType.isInstance(conf);
  }

  final P prepared(Stage stage) {
    return preparedType.cast(stage.conf());
  }

  /** A prepared layer for a person. */
  abstract Description describe(P layer);

  /**
   * Appends what deployment runs for a prepared layer.
   *
   * @param stage of the prepared network
   * @param running its layer
   * @param inputs names of the tensors that feed it
   * @return name of the tensor that its readers read
   */
  abstract String convert(Stage stage, Layer running, List<String> inputs, Graph.Builder graph);
}
