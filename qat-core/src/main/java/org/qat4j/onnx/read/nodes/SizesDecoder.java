package org.qat4j.onnx.read.nodes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongBinaryOperator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Sizes;

/**
 * Computes with the sizes of tensors while a file is read, as exporters write {@code view(size(0),
 * -1)}.
 */
final class SizesDecoder {
  private static final int INT32 = 6;
  private static final int INT64 = 7;

  /** Computes the sizes that a node makes of others. */
  @FunctionalInterface
  private interface Rule {
    Sizes of(OnnxNode node, Sizes first, Decoding decoding) throws OnnxFormatException;
  }

  private static final Map<String, Rule> RULES =
      Map.ofEntries(
          Map.entry("Gather", SizesDecoder::gather),
          Map.entry("Slice", SizesDecoder::slice),
          Map.entry("Concat", SizesDecoder::concat),
          Map.entry("Unsqueeze", SizesDecoder::unsqueeze),
          Map.entry("Squeeze", SizesDecoder::squeeze),
          Map.entry("Reshape", SizesDecoder::reshape),
          Map.entry("Cast", SizesDecoder::cast),
          Map.entry("Add", (node, a, decoding) -> arithmetic(node, a, Math::addExact, decoding)),
          Map.entry(
              "Sub", (node, a, decoding) -> arithmetic(node, a, Math::subtractExact, decoding)),
          Map.entry(
              "Mul", (node, a, decoding) -> arithmetic(node, a, Math::multiplyExact, decoding)),
          Map.entry("Div", (node, a, decoding) -> arithmetic(node, a, (x, y) -> x / y, decoding)));

  private SizesDecoder() {}

  static Set<String> operators() {
    return Set.of("Shape", "Gather", "Slice", "Unsqueeze");
  }

  /** Whether a node computes sizes: all that it reads are. */
  static boolean isSizes(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    if (node.op().equals("Shape")) {
      return true;
    }
    boolean sizes = RULES.containsKey(node.op()) && node.inputCount() > 0;
    for (int i = 0; sizes && i < node.inputCount(); i++) {
      sizes = !node.hasInput(i) || Sizes.of(decoding.value(node, i)).isPresent();
    }
    return sizes;
  }

  static void decode(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    try {
      Sizes sizes =
          node.op().equals("Shape")
              ? shape(node, decoding)
              : RULES.get(node.op()).of(node, decoding.sizes(node, 0, "input"), decoding);
      if (sizes.count() > FormatLimits.RANK) {
        throw node.error("computes " + sizes.count() + " sizes, at most " + FormatLimits.RANK);
      }
      decoding.define(node.output(), sizes.value(node.output()));
    } catch (ArithmeticException e) {
      throw node.error(e);
    }
  }

  private static Sizes shape(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    List<Optional<Long>> sizes = new ArrayList<>();
    sizes.add(Optional.empty());
    IntStream.of(decoding.shape(node).dims()).forEach(size -> sizes.add(Optional.of((long) size)));
    int start = position(node.integer("start", 0), sizes.size());
    int end = position(node.integer("end", sizes.size()), sizes.size());
    return Sizes.list(sizes.subList(Math.min(start, end), end));
  }

  /** A start or end as in Python: counted from the end if negative, and limited to the list. */
  private static int position(long index, int count) {
    return (int) Math.min(count, Math.max(0, index < 0 ? index + count : index));
  }

  private static Sizes gather(OnnxNode node, Sizes from, Decoding decoding)
      throws OnnxFormatException {
    node.requireInputs(2, 2);
    Sizes indices = decoding.sizes(node, 1, "indices");
    List<Optional<Long>> gathered = new ArrayList<>();
    for (long index : known(node, indices)) {
      long at = index < 0 ? index + from.count() : index;
      if (at < 0 || at >= from.count() || !from.isList()) {
        throw node.error("takes number " + index + " of " + from);
      }
      gathered.add(from.number((int) at));
    }
    return new Sizes(gathered, indices.isList());
  }

  private static Sizes slice(OnnxNode node, Sizes from, Decoding decoding)
      throws OnnxFormatException {
    node.requireInputs(3, 5);
    long axis = node.hasInput(3) ? only(node, 3, "axes", decoding) : 0;
    long step = node.hasInput(4) ? only(node, 4, "steps", decoding) : 1;
    if ((axis != 0 && axis != -1) || step != 1 || !from.isList()) {
      throw node.error("slices " + from + " along " + axis + " in steps of " + step);
    }
    int start = position(only(node, 1, "starts", decoding), from.count());
    int end = position(only(node, 2, "ends", decoding), from.count());
    return Sizes.list(from.numbers().subList(Math.min(start, end), end));
  }

  private static Sizes concat(OnnxNode node, Sizes first, Decoding decoding)
      throws OnnxFormatException {
    List<Optional<Long>> all = new ArrayList<>();
    for (int i = 0; i < node.inputCount() && all.size() <= FormatLimits.RANK; i++) {
      all.addAll(decoding.sizes(node, i, "input").numbers());
    }
    return Sizes.list(all);
  }

  private static Sizes unsqueeze(OnnxNode node, Sizes from, Decoding decoding)
      throws OnnxFormatException {
    node.requireInputs(2, 2);
    if (from.isList()) {
      throw node.error("adds a dimension to " + from + ", expected a single number");
    }
    return Sizes.list(from.numbers());
  }

  private static Sizes squeeze(OnnxNode node, Sizes from, Decoding decoding)
      throws OnnxFormatException {
    return single(node, from);
  }

  private static Sizes single(OnnxNode node, Sizes from) throws OnnxFormatException {
    if (from.count() != 1) {
      throw node.error("makes a single number of " + from);
    }
    return new Sizes(from.numbers(), false);
  }

  private static Sizes reshape(OnnxNode node, Sizes from, Decoding decoding)
      throws OnnxFormatException {
    node.requireInputs(2, 2);
    long[] target = known(node, decoding.sizes(node, 1, "shape"));
    boolean list = target.length == 1 && (target[0] == -1 || target[0] == from.count());
    if (!list && target.length != 0) {
      throw node.error("reshapes " + from + ", expected a list or a single number");
    }
    return list ? Sizes.list(from.numbers()) : single(node, from);
  }

  private static Sizes cast(OnnxNode node, Sizes from, Decoding decoding)
      throws OnnxFormatException {
    long type = node.integer("to", 0);
    if (type != INT64 && type != INT32) {
      throw node.error("casts sizes to data type " + type + ", expected integers");
    }
    return from;
  }

  private static Sizes arithmetic(
      OnnxNode node, Sizes a, LongBinaryOperator operator, Decoding decoding)
      throws OnnxFormatException {
    node.requireInputs(2, 2);
    Sizes b = decoding.sizes(node, 1, "input");
    long[] left = known(node, a);
    long[] right = known(node, b);
    if (left.length != right.length && Math.min(left.length, right.length) != 1) {
      throw node.error("joins " + a + " and " + b);
    }
    int count = Math.min(left.length, right.length) == 0 ? 0 : Math.max(left.length, right.length);
    List<Optional<Long>> results =
        IntStream.range(0, count)
            .mapToObj(
                i ->
                    Optional.of(
                        operator.applyAsLong(left[i % left.length], right[i % right.length])))
            .toList();
    return new Sizes(results, a.isList() || b.isList());
  }

  private static long only(OnnxNode node, int index, String what, Decoding decoding)
      throws OnnxFormatException {
    Sizes sizes = decoding.sizes(node, index, what);
    if (sizes.count() != 1) {
      throw node.error("has " + sizes.count() + " " + what + ", expected 1");
    }
    return known(node, sizes)[0];
  }

  private static long[] known(OnnxNode node, Sizes sizes) throws OnnxFormatException {
    if (sizes.numbers().stream().anyMatch(Optional::isEmpty)) {
      throw node.error(
          "computes with the batch size of "
              + sizes
              + ", which is free when the model runs; use -1 for what follows from it");
    }
    return sizes.numbers().stream().flatMapToLong(n -> LongStream.of(n.orElseThrow())).toArray();
  }
}
