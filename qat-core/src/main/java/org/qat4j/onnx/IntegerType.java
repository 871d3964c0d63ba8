package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.Optional;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.IntRange;

/**
 * The integer types in which a file can hold codes. QuantizeLinear saturates at their ends, and
 * nowhere else.
 */
public enum IntegerType {
  UINT8(DataType.UINT8, 8, false, 13),
  INT8(DataType.INT8, 8, true, 13),
  UINT16(DataType.UINT16, 16, false, 21),
  INT16(DataType.INT16, 16, true, 21),
  UINT4(DataType.UINT4, 4, false, 21),
  INT4(DataType.INT4, 4, true, 21),
  INT32(DataType.INT32, 32, true, 13);

  private final DataType type;
  private final int bits;
  private final boolean signed;
  private final int opset;

  IntegerType(DataType type, int bits, boolean signed, int opset) {
    this.type = type;
    this.bits = bits;
    this.signed = signed;
    this.opset = opset;
  }

  public DataType type() {
    return type;
  }

  public int bits() {
    return bits;
  }

  public IntRange range() {
    if (this == INT32) {
      return new IntRange(Integer.MIN_VALUE, Integer.MAX_VALUE);
    }
    return signed ? IntRange.signed(bits) : IntRange.unsigned(bits);
  }

  /** The first operator set in which QuantizeLinear produces this type. */
  public int opset() {
    return opset;
  }

  /** Whether activations may have this type. */
  public boolean isActivation() {
    return bits == 8 || bits == 16;
  }

  /**
   * The smallest activation type that holds the codes, unsigned first: it is what other runtimes
   * are fastest with.
   *
   * @throws IllegalArgumentException if no type holds them
   */
  public static IntegerType of(IntRange codes) {
    return Arrays.stream(values())
        .filter(storage -> storage.isActivation() && storage.range().contains(codes))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("no ONNX integer type holds codes " + codes));
  }

  /** int8 where the codes fit, else int16. */
  public static IntegerType ofWeights(Weights weights) {
    return weights.isInt8() ? INT8 : INT16;
  }

  public static Optional<IntegerType> of(int dataType) {
    return Arrays.stream(values())
        .filter(storage -> storage.type.getNumber() == dataType)
        .findFirst();
  }
}
