package org.qat4j.training.forms;

import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.training.network.Stage;

/** Zeros around an image. */
final class ZeroPaddingForm extends MovingForm<ZeroPaddingLayer> {
  ZeroPaddingForm() {
    super(
        ZeroPaddingLayer.class,
        "0 has a code, the zero point, so codes pass through with zero points around them");
  }

  @Override
  ZeroPaddingLayer supported(Stage stage, ZeroPaddingLayer padding) {
    requireNchw(stage, padding.getDataFormat());
    return padding;
  }

  @Override
  Op operation(ZeroPaddingLayer padding, Shape input) {
    int[] sides = padding.getPadding();
    return new MoveOp.Pad(sides[0], sides[2], sides[1], sides[3]);
  }
}
