package org.qat4j.graph;

import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * A named value that flows along an edge of the graph.
 *
 * @param name unique in its graph
 * @param shape one image, without the batch
 * @param type real numbers or codes
 */
public record Tensor(String name, Shape shape, Type type) {

  /** What the elements are. */
  public sealed interface Type {
    /** What operations on them compute with. */
    Arithmetic arithmetic();
  }

  /** float32 real numbers. */
  public record Real() implements Type {
    @Override
    public Arithmetic arithmetic() {
      return Arithmetic.REALS;
    }

    @Override
    public String toString() {
      return "float32";
    }
  }

  /** Integer codes under one scale and zero point (per tensor). */
  public record Codes(QuantParams params) implements Type {
    public Codes {
      IntRange range = params.range();
      if (!IntRange.signed(16).contains(range) && !IntRange.unsigned(16).contains(range)) {
        throw new IllegalArgumentException("codes must fit 16 bits, got range " + range);
      }
    }

    @Override
    public Arithmetic arithmetic() {
      return Arithmetic.CODES;
    }
  }

  public static Tensor real(String name, Shape shape) {
    return new Tensor(name, shape, new Real());
  }

  public static Tensor codes(String name, Shape shape, QuantParams params) {
    return new Tensor(name, shape, new Codes(params));
  }

  public Arithmetic arithmetic() {
    return type.arithmetic();
  }

  public boolean isCodes() {
    return arithmetic() == Arithmetic.CODES;
  }

  /**
   * The quantization parameters of the codes.
   *
   * @return scale, zero point and range of the codes
   * @throws IllegalStateException if the tensor holds real numbers
   */
  public QuantParams params() {
    if (type instanceof Codes codes) {
      return codes.params();
    }
    throw new IllegalStateException("tensor '" + name + "' holds real numbers, not codes");
  }
}
