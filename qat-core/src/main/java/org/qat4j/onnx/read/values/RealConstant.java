package org.qat4j.onnx.read.values;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Budget;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;

/**
 * A constant as real numbers: float32 as it is, codes dequantized.
 *
 * @param constant gives name and sizes
 * @param numbers by row-major index; each one is a float32
 */
public record RealConstant(Constant constant, IntToDoubleFunction numbers) {

  /** Empty for what is no constant of real numbers. */
  public static Optional<RealConstant> of(Value value) {
    if (value instanceof Value.Fixed fixed && fixed.constant().type() == DataType.FLOAT) {
      return Optional.of(new RealConstant(fixed.constant(), fixed.constant()::at));
    }
    return value instanceof Value.Weight weight
        ? Optional.of(new RealConstant(weight.codes(), i -> dequantized(weight, i)))
        : Optional.empty();
  }

  private static float dequantized(Value.Weight weight, int index) {
    ChannelScales scales = weight.scales();
    int channel = scales.channel(index);
    double levels = weight.codes().at(index) - scales.zeroPoint(channel);
    return scales.scale(channel) * (float) levels;
  }

  public int[] dims() {
    return constant.dims();
  }

  /** All of them, in row-major order. */
  public Reals reals(OnnxNode node, Budget budget) throws OnnxFormatException {
    budget.spend(node, constant.count());
    requireSome(node);
    float[] values = new float[constant.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.applyAsDouble(i);
    }
    return new Reals(values);
  }

  /** Rows and columns of a matrix exchanged. */
  public Reals transposed(OnnxNode node, Budget budget) throws OnnxFormatException {
    budget.spend(node, constant.count());
    requireSome(node);
    int rows = dims()[0];
    int columns = dims()[1];
    float[] values = new float[constant.count()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) numbers.applyAsDouble(i % rows * columns + i / rows);
    }
    return new Reals(values);
  }

  private void requireSome(OnnxNode node) throws OnnxFormatException {
    if (constant.count() == 0) {
      throw node.error("constant '" + constant.name() + "' has sizes " + constant.shape());
    }
  }

  /** One number for each channel of a tensor; a single one is for all. */
  public float[] perChannel(OnnxNode node, Shape shape, Budget budget) throws OnnxFormatException {
    int fromEnd =
        switch (shape.kind()) {
          case FEATURES, SEQUENCE -> 1;
          case IMAGE -> 3;
        };
    int[] dims = dims();
    boolean fits =
        constant.count() == shape.channels()
            && dims.length >= fromEnd
            && dims[dims.length - fromEnd] == shape.channels();
    // More dimensions than the tensor has would give the result more too.
    if (dims.length > shape.dims().length + 1 || (!constant.isScalar() && !fits)) {
      throw node.error(
          "constant '"
              + constant.name()
              + "' has sizes "
              + constant.shape()
              + ", expected one number, or one for each of "
              + shape.channels()
              + " channels");
    }
    budget.spend(node, shape.channels());
    float[] values = new float[shape.channels()];
    for (int c = 0; c < values.length; c++) {
      values[c] = (float) numbers.applyAsDouble(constant.isScalar() ? 0 : c);
    }
    return values;
  }
}
