package org.qat4j.cli;

import java.nio.file.Path;
import java.util.List;
import org.qat4j.cli.error.UserException;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.scheme.IntRange;

/** What a model with one input and one output takes. */
final class ModelShape {
  private ModelShape() {}

  /**
   * Shape of one input image.
   *
   * @throws UserException if the model has several inputs or outputs, or they are codes
   */
  static Shape single(Path file, QuantizedModel model) {
    requireReal(file, "takes", one(file, model));
    return ofPixels(file, model);
  }

  /**
   * The same of a model that may take pixels as they are: uint8 codes.
   *
   * @throws UserException if the model has several inputs or outputs, or they are other codes
   */
  static Shape ofPixels(Path file, QuantizedModel model) {
    Tensor input = one(file, model);
    if (!isPixels(input)) {
      requireReal(file, "takes", input);
    }
    requireReal(file, "gives", model.graph().outputs().get(0));
    return input.shape();
  }

  private static boolean isPixels(Tensor input) {
    return input.isCodes() && IntRange.unsigned(8).equals(input.params().range());
  }

  private static void requireReal(Path file, String does, Tensor tensor) {
    if (tensor.isCodes()) {
      throw new UserException(
          file
              + " "
              + does
              + " '"
              + tensor.name()
              + "' as codes "
              + tensor.params().range()
              + ", which this command does not; run it from a program: InferenceSession.run(byte[], int, ...)");
    }
  }

  private static Tensor one(Path file, QuantizedModel model) {
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
    return inputs.get(0);
  }
}
