package org.qat4j.training.forms;

import java.io.Serializable;
import java.util.List;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.kernels.Geometry;
import org.qat4j.layers.MaxPooling;
import org.qat4j.training.network.Stage;

/** The maximum over windows. */
final class MaxPoolingForm extends MovingForm<SubsamplingLayer> {
  MaxPoolingForm() {
    super(
        SubsamplingLayer.class,
        "the largest of some codes is one of them, so codes pass through unchanged");
  }

  @Override
  List<String> names() {
    return List.of("SubsamplingLayer MAX");
  }

  @Override
  boolean accepts(Serializable conf) {
    return conf instanceof SubsamplingLayer pooling && pooling.getPoolingType() == PoolingType.MAX;
  }

  @Override
  SubsamplingLayer supported(Stage stage, SubsamplingLayer pooling) {
    requireNchw(stage, pooling.getCnn2dDataFormat());
    return new MaxPooling(pooling);
  }

  @Override
  String kind() {
    return "MaxPooling";
  }

  @Override
  Op operation(SubsamplingLayer pooling, Shape input) {
    return new PoolOp.MaxPool(Geometry.of(pooling, input));
  }
}
