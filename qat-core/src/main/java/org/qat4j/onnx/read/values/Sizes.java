package org.qat4j.onnx.read.values;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.FormatLimits;

/**
 * Whole numbers that a file computes from the sizes of its tensors, as a list or as a single one.
 * The batch is no number, since it is free when the model runs.
 *
 * @param numbers at most {@link FormatLimits#RANK}; an empty one is the batch
 * @param isList whether they have a dimension
 */
public record Sizes(List<Optional<Long>> numbers, boolean isList) implements Value {
  public Sizes {
    numbers = List.copyOf(numbers);
  }

  public static Sizes list(List<Optional<Long>> numbers) {
    return new Sizes(numbers, true);
  }

  /** Those of a value that can stand for sizes: computed ones, or a short constant of integers. */
  public static Optional<Sizes> of(Value value) {
    if (value instanceof Sizes sizes) {
      return Optional.of(sizes);
    }
    return value instanceof Value.Fixed fixed ? of(fixed.constant()) : Optional.empty();
  }

  private static Optional<Sizes> of(Constant constant) {
    boolean integers = constant.type() == DataType.INT64 || constant.type() == DataType.INT32;
    int rank = constant.dims().length;
    if (!integers || rank > 1 || constant.count() > FormatLimits.RANK) {
      return Optional.empty();
    }
    List<Optional<Long>> numbers = new ArrayList<>();
    for (int i = 0; i < constant.count(); i++) {
      numbers.add(Optional.of((long) constant.at(i)));
    }
    return Optional.of(new Sizes(numbers, rank == 1));
  }

  /** The value that stands for them: a constant if the batch is not among them. */
  public Value value(String name) {
    if (numbers.stream().anyMatch(Optional::isEmpty)) {
      return this;
    }
    long[] known = numbers.stream().mapToLong(Optional::get).toArray();
    return new Value.Fixed(Constant.numbers(name, isList, known));
  }

  public int count() {
    return numbers.size();
  }

  /** Empty for the batch. */
  public Optional<Long> number(int index) {
    return numbers.get(index);
  }

  /**
   * Whether a number is the batch size: the batch itself, or what the file declares it to be, or
   * any size where it declares none.
   *
   * @param batch that the file declares
   */
  public boolean isBatch(int index, Optional<Long> batch) {
    Optional<Long> number = numbers.get(index);
    return number.isEmpty() || (number.get() > 0 && batch.map(number.get()::equals).orElse(true));
  }

  @Override
  public String kind() {
    return "the sizes " + this;
  }

  @Override
  public String toString() {
    List<String> texts = numbers.stream().map(n -> n.map(String::valueOf).orElse("N")).toList();
    return isList ? texts.toString() : texts.get(0);
  }
}
