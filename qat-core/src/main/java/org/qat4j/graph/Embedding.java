package org.qat4j.graph;

import java.util.List;
import java.util.Set;

/**
 * Looks words up in a table: indices {@code [time, 1]} become {@code [time, features]}, an index
 * {@code [1]} becomes {@code [features]}. Indices are integers held as real numbers.
 */
public record Embedding(Table table) implements Op {
  /** Integers up to here are exact in float32. */
  private static final int MOST_WORDS = 1 << 24;

  public Embedding {
    if (table.words() > MOST_WORDS) {
      throw new IllegalArgumentException(
          "a table may have " + MOST_WORDS + " words, got " + table.words());
    }
  }

  /** Whether a number is the index of a word. */
  public boolean isWord(float index) {
    return index >= 0 && index < table.words() && (int) index == index;
  }

  /**
   * The word of an index.
   *
   * @throws IllegalArgumentException if it is no integer, or the table has no such word
   */
  public int word(float index) {
    if (!isWord(index)) {
      throw new IllegalArgumentException(
          "word index " + index + " is none of the integers 0 to " + (table.words() - 1));
    }
    return (int) index;
  }

  @Override
  public String onnxName() {
    return "Gather";
  }

  @Override
  public Set<Arithmetic> arithmetics() {
    return Set.of(Arithmetic.REALS);
  }

  /** New numbers, of which none is computed. */
  @Override
  public Effect effect() {
    return Effect.COMPUTES;
  }

  @Override
  public Clip clip() {
    return Clip.NONE;
  }

  @Override
  public List<Coefficients> weights() {
    return List.of();
  }

  /** The vectors are what a network computes with: as much a part of its input as a scale. */
  @Override
  public boolean scalesChannels() {
    return true;
  }

  @Override
  public Shape outputShape(List<Tensor> inputs) {
    Shape input = Operands.one(this, inputs).shape();
    if (input.isImage() || input.channels() != 1) {
      throw new IllegalArgumentException(
          "needs one word index, or one at each step, got shape " + input);
    }
    return switch (input.kind()) {
      case FEATURES, IMAGE -> Shape.of(table.features());
      case SEQUENCE -> Shape.ofExact(input.height(), table.features());
    };
  }

  @Override
  public void checkOutput(List<Tensor> inputs, Tensor output) {
    Operands.requireReal(output);
  }
}
