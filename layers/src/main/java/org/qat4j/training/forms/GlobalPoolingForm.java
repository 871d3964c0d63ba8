package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.training.network.Stage;

/** The mean of each channel over the whole image. */
final class GlobalPoolingForm extends AverageForm<GlobalPoolingLayer> {
  GlobalPoolingForm() {
    super(GlobalPoolingLayer.class);
  }

  @Override
  List<String> names() {
    return List.of("GlobalPoolingLayer AVG");
  }

  @Override
  boolean accepts(Serializable conf) {
    return conf instanceof GlobalPoolingLayer;
  }

  @Override
  boolean isFormOf(Serializable conf) {
    return conf instanceof QuantizedPooling pooling && pooling.getWindow() == null;
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    GlobalPoolingLayer pooling = conf(stage);
    if (pooling.getPoolingType() != PoolingType.AVG || !pooling.isCollapseDimensions()) {
      throw new UnsupportedLayerException(
          stage,
          "pools globally by "
              + pooling.getPoolingType()
              + (pooling.isCollapseDimensions() ? "" : " without collapsing dimensions")
              + "; use AVG with collapsed dimensions");
    }
    add(stage, null, draft);
  }
}
