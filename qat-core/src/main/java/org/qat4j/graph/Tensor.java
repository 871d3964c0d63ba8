package org.qat4j.graph;

import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * A named value that flows along an edge of the graph.
 *
 * @param name unique in its graph
 * @param shape one image, without the batch
 * @param type real numbers, codes, or codes whose scale is computed while running
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

  /**
   * Codes 0 to 255 under a scale and zero point that are computed while running, for each image of
   * a batch by itself: a result does not depend on what else is in the batch.
   */
  public record DynamicCodes() implements Type {
    private static final IntRange RANGE = IntRange.unsigned(8);

    /** Numbers beyond are clamped, so that the range is finite. */
    private static final float MOST = 0x1p126f;

    @Override
    public Arithmetic arithmetic() {
      return Arithmetic.DYNAMIC_CODES;
    }

    /**
     * The parameters of an image whose numbers span a range (docs/numerics.md).
     *
     * @param min the smallest number, or 0 if that is smaller; not NaN
     * @param max the largest number, or 0 if that is larger; not NaN
     */
    public static QuantParams params(float min, float max) {
      float low = Math.max(min, -MOST);
      float quotient = (Math.min(max, MOST) - low) / RANGE.steps();
      float scale = quotient > 0 ? quotient : 1;
      return new QuantParams(scale, RANGE.clamp(Math.rint(-low / scale)), RANGE);
    }

    @Override
    public String toString() {
      return "uint8 of each image's scale";
    }
  }

  public static Tensor real(String name, Shape shape) {
    return new Tensor(name, shape, new Real());
  }

  public static Tensor codes(String name, Shape shape, QuantParams params) {
    return new Tensor(name, shape, new Codes(params));
  }

  /** The same with so many steps if it is a sequence, else itself. */
  Tensor withSteps(int time) {
    return switch (shape.kind()) {
      case FEATURES, IMAGE -> this;
      case SEQUENCE -> new Tensor(name, Shape.of(time, shape.channels()), type);
    };
  }

  public Arithmetic arithmetic() {
    return type.arithmetic();
  }

  /** Whether it holds codes under one scale, which {@link #params()} has. */
  public boolean isCodes() {
    return arithmetic() == Arithmetic.CODES;
  }

  /**
   * The quantization parameters of the codes.
   *
   * @return scale, zero point and range of the codes
   * @throws IllegalStateException if the tensor holds real numbers, or codes that have no one scale
   */
  public QuantParams params() {
    if (type instanceof Codes codes) {
      return codes.params();
    }
    throw new IllegalStateException(
        "tensor '" + name + "' holds " + Operands.words(arithmetic()) + ", not codes");
  }
}
