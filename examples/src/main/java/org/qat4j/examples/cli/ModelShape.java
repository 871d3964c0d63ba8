package org.qat4j.examples.cli;

import java.nio.file.Path;
import java.util.List;
import org.qat4j.examples.error.UserException;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.int8.Int8Model;

/** What a model with one input and one output takes. */
final class ModelShape {
  private ModelShape() {}

  /**
   * Shape of one input image.
   *
   * @throws UserException if the model has several inputs or outputs
   */
  static Shape single(Path file, Int8Model model) {
    List<Tensor> inputs = model.graph().inputs();
    List<Tensor> outputs = model.graph().outputs();
    if (inputs.size() != 1 || outputs.size() != 1) {
      throw new UserException(
          file
              + " has "
              + inputs.size()
              + " inputs and "
              + outputs.size()
              + " outputs; this command needs one of each");
    }
    return inputs.get(0).shape();
  }
}
