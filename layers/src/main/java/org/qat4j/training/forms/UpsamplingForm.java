package org.qat4j.training.forms;

import org.deeplearning4j.nn.conf.layers.Upsampling2D;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.training.network.Stage;

/** Each pixel of an image repeated. */
final class UpsamplingForm extends MovingForm<Upsampling2D> {
  UpsamplingForm() {
    super(Upsampling2D.class, "codes are repeated, so they pass through unchanged");
  }

  @Override
  Upsampling2D supported(Stage stage, Upsampling2D upsampling) {
    requireNchw(stage, upsampling.getFormat());
    return upsampling;
  }

  @Override
  Op operation(Upsampling2D upsampling, Shape input) {
    return new MoveOp.Upsample(upsampling.getSize()[0], upsampling.getSize()[1]);
  }
}
