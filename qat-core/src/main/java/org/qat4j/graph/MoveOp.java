package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/** Elements get other places and keep their values: the output's type is the input's. */
public sealed interface MoveOp extends Op {

  @Override
  default Set<Arithmetic> arithmetics() {
    return Operands.CODES_OR_REALS;
  }

  @Override
  default Clip clip() {
    return Clip.NONE;
  }

  @Override
  default List<Coefficients> weights() {
    return List.of();
  }

  @Override
  default void checkOutput(List<Tensor> inputs, Tensor output) {
    Operands.requireSameType(inputs.get(0), output);
  }

  /** Real zeros around an image; as codes, the zero point. */
  record Pad(int top, int left, int bottom, int right) implements MoveOp {
    public Pad {
      if (Math.min(Math.min(top, left), Math.min(bottom, right)) < 0) {
        throw new IllegalArgumentException(
            "padding must be >= 0, got " + top + ", " + left + ", " + bottom + ", " + right);
      }
    }

    @Override
    public String onnxName() {
      return "Pad";
    }

    @Override
    public Effect effect() {
      return Effect.EXTENDS;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.one(this, inputs).shape();
      Operands.requireImage(input);
      long height = (long) input.height() + top + bottom;
      long width = (long) input.width() + left + right;
      return Shape.ofExact(input.channels(), height, width);
    }
  }

  /** Each pixel repeated: nearest-neighbour enlargement by whole factors. */
  record Upsample(int heightFactor, int widthFactor) implements MoveOp {
    public Upsample {
      if (Math.min(heightFactor, widthFactor) < 1) {
        throw new IllegalArgumentException(
            "factors must be >= 1, got " + heightFactor + " and " + widthFactor);
      }
    }

    @Override
    public String onnxName() {
      return "Resize";
    }

    @Override
    public Effect effect() {
      return Effect.EXTENDS;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.one(this, inputs).shape();
      Operands.requireImage(input);
      long height = (long) input.height() * heightFactor;
      long width = (long) input.width() * widthFactor;
      return Shape.ofExact(input.channels(), height, width);
    }
  }

  /** An image or a sequence as one vector in the order of {@link Shape#position}. */
  record Flatten() implements MoveOp {
    @Override
    public String onnxName() {
      return "Flatten";
    }

    @Override
    public Effect effect() {
      return Effect.RESHAPES;
    }

    @Override
    public boolean scalesChannels() {
      return true;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.one(this, inputs).shape().flatten();
    }
  }

  /**
   * Consecutive steps of a sequence.
   *
   * @param first step, counted from the end if negative
   * @param end the step behind the last, counted likewise; {@link Integer#MAX_VALUE} is the end
   */
  record Steps(int first, int end) implements MoveOp {
    public static Steps first(int count) {
      return new Steps(0, count);
    }

    public static Steps last(int count) {
      return new Steps(-count, Integer.MAX_VALUE);
    }

    public static Steps allButLast(int count) {
      return new Steps(0, -count);
    }

    @Override
    public String onnxName() {
      return "Slice";
    }

    @Override
    public Effect effect() {
      return Effect.TAKES;
    }

    /** The first of the steps, in a sequence of so many. */
    public int from(int steps) {
      return Math.toIntExact(place(first, steps));
    }

    private static long place(int step, int steps) {
      return step < 0 ? (long) steps + step : step;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      Shape input = Operands.one(this, inputs).shape();
      long steps = input.height();
      long from = place(first, input.height());
      long to = end == Integer.MAX_VALUE ? steps : place(end, input.height());
      if (input.kind() != Shape.Kind.SEQUENCE || from < 0 || to > steps || from >= to) {
        throw new IllegalArgumentException(
            "needs a sequence that has steps " + from + " to " + (to - 1) + ", got shape " + input);
      }
      return Shape.ofExact(to - from, input.channels());
    }
  }

  /** The same under another name: an output that another tensor is too. */
  record Identity() implements MoveOp {
    @Override
    public String onnxName() {
      return "Identity";
    }

    @Override
    public Effect effect() {
      return Effect.RENAMES;
    }

    @Override
    public Shape outputShape(List<Tensor> inputs) {
      return Operands.one(this, inputs).shape();
    }
  }
}
