package org.qat4j.onnx.read.values;

import java.util.Optional;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;

/**
 * What belongs to codes whose scale is computed while running: until all of it has met, it is no
 * number of the graph.
 */
public sealed interface Dynamic extends Value {

  /** The codes. */
  Tensor tensor();

  /** The codes themselves. */
  record Codes(Tensor tensor) implements Dynamic {
    @Override
    public String kind() {
      return "codes whose scale is computed while running";
    }
  }

  /**
   * Their scale, or the product of it and the scales of weights.
   *
   * @param weights the scales of weights
   */
  record Scale(Tensor tensor, Optional<Constant> weights) implements Dynamic {
    @Override
    public String kind() {
      return "a scale that is computed while running";
    }
  }

  /** Their zero point. */
  record ZeroPoint(Tensor tensor) implements Dynamic {
    @Override
    public String kind() {
      return "a zero point that is computed while running";
    }
  }

  /**
   * Integer sums of products with weights.
   *
   * @param node the MatMulInteger
   * @param codes of the weights, inputs in the first dimension
   * @param zeroPoint of the weights
   * @param scaled whether they are real numbers that are multiplied by the scale of the codes
   *     already
   */
  record Sums(
      Tensor tensor, OnnxNode node, Constant codes, Optional<Constant> zeroPoint, boolean scaled)
      implements Dynamic {
    @Override
    public String kind() {
      return "integer sums";
    }
  }
}
