package org.qat4j.onnx.read.values;

import org.qat4j.graph.Tensor;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;

/** What a tensor name of the file stands for while the file is turned into a graph. */
public sealed interface Value
    permits Value.Fixed,
        Sizes,
        Value.Weight,
        Value.Given,
        Value.Result,
        Value.Codes,
        Value.Indices,
        Dynamic,
        TimeFirst,
        Pending {

  /** For messages. */
  String kind();

  /** Whether it depends on what the caller provides. */
  default boolean isActivation() {
    return this instanceof Pending
        || this instanceof Codes
        || this instanceof Given
        || this instanceof Result;
  }

  /** A constant. */
  record Fixed(Constant constant) implements Value {
    @Override
    public String kind() {
      return "a constant";
    }
  }

  /** Constant codes behind a DequantizeLinear. */
  record Weight(Constant codes, IntegerType storage, ChannelScales scales) implements Value {
    @Override
    public String kind() {
      return "a dequantized constant";
    }

    /** Rows and columns of a matrix exchanged. */
    Weight transposed(OnnxNode node) throws OnnxFormatException {
      int rows = codes.dims()[0];
      int stride = scales.axis() == 1 ? rows : 1;
      return new Weight(codes.transposed(node), storage, scales.transposed(stride));
    }
  }

  /** Real numbers that the caller provides. */
  record Given(Tensor tensor) implements Value {
    @Override
    public String kind() {
      return "the model's float input";
    }
  }

  /** Real numbers behind the last integer operation. */
  record Result(Tensor tensor) implements Value {
    @Override
    public String kind() {
      return "a float result";
    }
  }

  /** A code tensor of the graph. */
  record Codes(Tensor tensor) implements Value {
    @Override
    public String kind() {
      return "codes";
    }
  }

  /**
   * Integers that pick rows of a table.
   *
   * @param tensor {@code [time, 1]} or {@code [1]}, as real numbers
   * @param isFlat whether the file has them without the last dimension
   */
  record Indices(Tensor tensor, boolean isFlat) implements Value {
    @Override
    public String kind() {
      return "word indices";
    }
  }
}
