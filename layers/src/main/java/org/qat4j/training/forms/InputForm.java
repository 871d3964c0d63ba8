package org.qat4j.training.forms;

import java.util.List;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.training.network.Stage;

/** The network's input, which a quantizer turns into codes. */
final class InputForm extends QuantizingForm<InputQuantizer, InputQuantizer> {
  InputForm() {
    super(InputQuantizer.class, InputQuantizer.class);
  }

  /** No layer of the original. */
  @Override
  List<String> names() {
    return List.of();
  }

  @Override
  boolean isEnd() {
    return true;
  }

  @Override
  void prepare(Stage stage, Draft draft) {
    draft.quantizing(new Prepared(stage, stage, List.of()));
    draft.replace(stage.input(), stage.name());
  }

  @Override
  String kind(InputQuantizer layer) {
    return "QuantizeLinear";
  }

  @Override
  String reason(InputQuantizer layer) {
    return "turns the network's input into codes";
  }
}
