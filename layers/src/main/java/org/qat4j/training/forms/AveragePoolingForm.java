package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.training.network.Stage;

/** A pooling over windows that is no maximum. */
final class AveragePoolingForm extends AverageForm<SubsamplingLayer> {
  AveragePoolingForm() {
    super(SubsamplingLayer.class);
  }

  @Override
  List<String> names() {
    return List.of("SubsamplingLayer AVG");
  }

  @Override
  boolean accepts(Serializable conf) {
    return conf instanceof SubsamplingLayer pooling && pooling.getPoolingType() != PoolingType.MAX;
  }

  @Override
  boolean isFormOf(Serializable conf) {
    return conf instanceof QuantizedPooling pooling && pooling.getWindow() != null;
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    SubsamplingLayer pooling = conf(stage);
    requireNchw(stage, pooling.getCnn2dDataFormat());
    if (pooling.getPoolingType() != PoolingType.AVG) {
      throw new UnsupportedLayerException(
          stage, "pools by " + pooling.getPoolingType() + "; use MAX or AVG");
    }
    add(stage, pooling, draft);
  }
}
