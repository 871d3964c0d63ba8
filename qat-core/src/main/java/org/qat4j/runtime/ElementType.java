package org.qat4j.runtime;

import org.qat4j.graph.Tensor;
import org.qat4j.scheme.IntRange;

/** The native element type of a tensor in memory. */
public enum ElementType {
  /** Codes in [0, 255]. */
  U8(1),
  /** Codes in [-128, 127]. */
  S8(1),
  /** Codes in [0, 65535]. */
  U16(2),
  /** Codes in [-32768, 32767]. */
  S16(2),
  /** Real numbers. */
  F32(4);

  private static final ElementType[] OF_CODES = {U8, S8, U16, S16};

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Size of one element. */
  public int bytes() {
    return bytes;
  }

  /** The array in which callers give and get elements. */
  public Class<?> array() {
    return switch (this) {
      case U8, S8 -> byte[].class;
      case U16, S16 -> short[].class;
      case F32 -> float[].class;
    };
  }

  /** The name of the codes' type, for example {@code uint8}; float32 for real numbers. */
  public String codes() {
    return switch (this) {
      case U8 -> "uint8";
      case S8 -> "int8";
      case U16 -> "uint16";
      case S16 -> "int16";
      case F32 -> "float32";
    };
  }

  /** The code that the bits of an element stand for. */
  int code(int bits) {
    return switch (this) {
      case U8 -> bits & 0xFF;
      case U16 -> bits & 0xFFFF;
      case S8, S16 -> bits;
      case F32 -> throw new IllegalStateException("real numbers have no codes");
    };
  }

  /**
   * The smallest type that holds every code of the tensor; unsigned where both fit.
   *
   * @throws IllegalArgumentException if the codes need more than 16 bits
   */
  public static ElementType of(Tensor tensor) {
    return switch (tensor.arithmetic()) {
      case CODES -> ofCodes(tensor);
      case DYNAMIC_CODES -> U8;
      case REALS -> F32;
    };
  }

  private static ElementType ofCodes(Tensor tensor) {
    IntRange range = tensor.params().range();
    for (ElementType type : OF_CODES) {
      if (type.range().contains(range)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "tensor '" + tensor.name() + "' has codes " + range + ", which do not fit 16 bits");
  }

  /**
   * Every code that the type can hold.
   *
   * @throws IllegalStateException for real numbers
   */
  public IntRange range() {
    return switch (this) {
      case U8 -> IntRange.unsigned(8);
      case S8 -> IntRange.signed(8);
      case U16 -> IntRange.unsigned(16);
      case S16 -> IntRange.signed(16);
      case F32 -> throw new IllegalStateException("real numbers have no range of codes");
    };
  }
}
