package org.qat4j.training.forms;

import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.qat4j.training.network.Stage;

/** A dense layer. */
final class DenseForm extends LinearForm<DenseLayer> {
  DenseForm() {
    super(DenseLayer.class);
  }

  @Override
  void requireSupported(Stage stage, DenseLayer dense) {
    if (dense.hasLayerNorm()) {
      throw new UnsupportedLayerException(
          stage, "uses layer normalization, which cannot be folded; remove it");
    }
  }

  @Override
  long fanIn(DenseLayer dense) {
    return dense.getNIn();
  }
}
