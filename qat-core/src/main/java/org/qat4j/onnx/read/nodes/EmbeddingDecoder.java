package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Table;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.EmbeddingForm;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.ChannelScales;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.RealConstant;
import org.qat4j.onnx.read.values.Value;

/**
 * Reads embeddings: a Gather of rows of real numbers, of codes in their {@link EmbeddingForm}, or
 * of codes behind which a DequantizeLinear has one scale for the table.
 */
final class EmbeddingDecoder {
  private EmbeddingDecoder() {}

  static void gather(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Value indices = decoding.value(node, 1);
    if (!(indices instanceof Value.Indices words) || !words.isFlat()) {
      throw node.error(
          "picks rows by '"
              + node.input(1)
              + "', "
              + indices.kind()
              + ", expected integers [N, time] or [N], an input or a Cast and a Squeeze of the last"
              + " dimension; only sizes of tensors and rows of a constant table are picked");
    }
    Value table = decoding.value(node, 0);
    Optional<RealConstant> reals = RealConstant.of(table);
    if (node.integer("axis", 0) != 0 || !(reals.isPresent() || table instanceof Value.Fixed)) {
      throw node.error("picks of " + table.kind() + ", expected rows of a constant table");
    }
    if (table instanceof Value.Fixed fixed && reals.isEmpty()) {
      codes(node, fixed.constant(), words.tensor(), decoding);
    } else if (table instanceof Value.Weight weight) {
      dequantized(node, weight, words.tensor(), decoding);
    } else {
      reals(node, reals.orElseThrow(), words.tensor(), decoding);
    }
  }

  private static void reals(OnnxNode node, RealConstant table, Tensor words, Decoding decoding)
      throws OnnxFormatException {
    requireMatrix(node, table.constant());
    Table rows = new Table.OfReals(table.reals(node, decoding.budget()), table.dims()[1]);
    emit(node, node, rows, words, decoding);
  }

  /** A DequantizeLinear of the table in front of the Gather. */
  private static void dequantized(
      OnnxNode node, Value.Weight weight, Tensor words, Decoding decoding)
      throws OnnxFormatException {
    requireMatrix(node, weight.codes());
    Table rows = new Table.OfCodes(WeightDecoder.weights(node, weight, decoding));
    emit(node, node, rows, words, decoding);
  }

  private static void codes(OnnxNode node, Constant codes, Tensor words, Decoding decoding)
      throws OnnxFormatException {
    requireMatrix(node, codes);
    Optional<OnnxNode> behind = decoding.onlyConsumer(node.output());
    if (behind.filter(next -> next.op().equals("DequantizeLinear")).isPresent()) {
      OnnxNode dequantize = behind.get();
      Value.Weight weight = QuantizationDecoder.weight(dequantize, codes, decoding);
      if (!weight.scales().isPerTensor()) {
        throw dequantize.error("has " + weight.scales().channels() + " scales, expected one");
      }
      table(node, dequantize, weight, words, decoding);
      return;
    }
    FormMatch match =
        match(node, decoding)
            .orElseThrow(
                () ->
                    node.error(
                        "picks rows of codes, expected a Cast behind it, a Gather of as many scales"
                            + " and the product of both, or a DequantizeLinear with one scale"));
    table(
        node,
        end(node, decoding).orElseThrow(),
        rows(node, codes, match, decoding),
        words,
        decoding);
    match.nodes().forEach(decoding::absorb);
  }

  /** The codes with a scale, and where they are affine a zero point, for each row. */
  private static Value.Weight rows(
      OnnxNode node, Constant codes, FormMatch match, Decoding decoding)
      throws OnnxFormatException {
    Constant scales = perRow(node, match.name(EmbeddingForm.SCALES), codes, decoding);
    String zeros = match.name(EmbeddingForm.ZERO_POINTS);
    Optional<Constant> zeroPoints =
        zeros.isEmpty() ? Optional.empty() : Optional.of(perRow(node, zeros, codes, decoding));
    boolean types =
        scales.type() == DataType.FLOAT
            && zeroPoints.filter(z -> z.type() != codes.type()).isEmpty()
            && match.name(EmbeddingForm.CODES).equals(node.input(0))
            && match.name(EmbeddingForm.INDICES).equals(node.input(1));
    if (!types) {
      throw node.error("picks rows of other types or by other indices than their scales");
    }
    int[] dims = codes.dims();
    boolean one = dims[0] == 1;
    return new Value.Weight(
        codes,
        ScaleDecoder.storage(node, codes.type().getNumber()),
        new ChannelScales(scales, zeroPoints, 0, one ? 0 : dims[1], dims[0]));
  }

  private static Constant perRow(OnnxNode node, String name, Constant codes, Decoding decoding)
      throws OnnxFormatException {
    Optional<Value> value = decoding.find(name);
    if (value.isPresent()
        && value.get() instanceof Value.Fixed fixed
        && Arrays.equals(fixed.constant().dims(), new int[] {codes.dims()[0], 1})) {
      return fixed.constant();
    }
    throw node.error(
        "'"
            + name
            + "' must be a constant of sizes ["
            + codes.dims()[0]
            + ", 1], one for each row");
  }

  private static Optional<FormMatch> match(OnnxNode node, Decoding decoding) {
    return end(node, decoding)
        .flatMap(
            end ->
                Stream.of(false, true)
                    .flatMap(
                        affine -> FormMatch.of(EmbeddingForm.of(affine), end, decoding).stream())
                    .findFirst());
  }

  /** The product behind the Cast, or behind the difference behind that. */
  private static Optional<OnnxNode> end(OnnxNode node, Decoding decoding) {
    Optional<OnnxNode> behind =
        decoding.onlyConsumer(node.output()).flatMap(cast -> decoding.onlyConsumer(cast.output()));
    return behind.filter(next -> next.op().equals("Sub")).isPresent()
        ? decoding.onlyConsumer(behind.get().output())
        : behind;
  }

  private static void table(
      OnnxNode node, OnnxNode end, Value.Weight weight, Tensor words, Decoding decoding)
      throws OnnxFormatException {
    if (weight.storage() != IntegerType.INT8 && weight.storage() != IntegerType.UINT8) {
      throw node.error("picks rows of " + weight.storage() + ", expected INT8 or UINT8");
    }
    try {
      Table rows = new Table.OfCodes(WeightDecoder.weights(node, weight, decoding));
      emit(node, end, rows, words, decoding);
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
    decoding.absorb(end);
  }

  private static void requireMatrix(OnnxNode node, Constant table) throws OnnxFormatException {
    if (table.dims().length != 2 || table.count() == 0) {
      throw node.error("its table has sizes " + table.shape() + ", expected [words, features]");
    }
  }

  private static void emit(
      OnnxNode node, OnnxNode end, Table table, Tensor words, Decoding decoding)
      throws OnnxFormatException {
    try {
      Tensor vectors =
          decoding.emit(
              node, new Embedding(table), List.of(words), end.output(), new Tensor.Real());
      decoding.define(end.output(), new Value.Result(vectors));
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  /** Real numbers that become indices, or indices of another type. */
  static boolean isCast(OnnxNode node, Value value) throws OnnxFormatException {
    long type = node.integer("to", 0);
    boolean integers = type == DataType.INT64.getNumber() || type == DataType.INT32.getNumber();
    return integers
        && (value instanceof Value.Indices
            || value instanceof Value.Given
            || value instanceof Value.Result);
  }

  static void cast(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Value value = decoding.value(node, 0);
    decoding.define(
        node.output(),
        value instanceof Value.Indices
            ? value
            : new Value.Indices(requireWords(node, decoding.real(node, 0)), false));
  }

  private static Tensor requireWords(OnnxNode node, Tensor tensor) throws OnnxFormatException {
    Shape shape = tensor.shape();
    if (shape.isImage() || shape.channels() != 1) {
      throw node.error(
          "makes integers of " + shape + ", expected one word index, or one at each step");
    }
    return tensor;
  }

  /** Takes the last dimension away. */
  static void squeeze(OnnxNode node, Value.Indices indices, Decoding decoding)
      throws OnnxFormatException {
    int last = indices.tensor().shape().dims().length;
    long[] axes = node.hasInput(1) ? decoding.constant(node, 1, "axes").integers() : new long[0];
    if (indices.isFlat() || axes.length != 1 || (axes[0] != last && axes[0] != -1)) {
      throw node.error("removes dimensions " + Arrays.toString(axes) + " of word indices");
    }
    decoding.define(node.output(), new Value.Indices(indices.tensor(), true));
  }
}
