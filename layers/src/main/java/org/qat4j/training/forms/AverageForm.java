package org.qat4j.training.forms;

import java.util.List;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.qat4j.layers.QuantizedPooling;
import org.qat4j.training.network.Stage;

/** An average of codes. */
abstract class AverageForm<L extends Layer> extends QuantizingForm<L, QuantizedPooling> {
  AverageForm(Class<L> type) {
    super(type, QuantizedPooling.class);
  }

  /**
   * Adds an average.
   *
   * @param window geometry, or null for the whole image
   */
  static void add(Stage stage, SubsamplingLayer window, Draft draft) {
    QuantizedPooling layer =
        new QuantizedPooling(stage.name(), draft.quantizer(stage.input()), window);
    draft.quantizing(new Prepared(stage, stage.with(layer), List.of()));
  }

  @Override
  String kind(QuantizedPooling layer) {
    return "AveragePool";
  }
}
