package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.QuantParams;

/** Reads operations that change no number: reshaping to a vector, identities, constants. */
final class ShapeDecoder {
  private ShapeDecoder() {}

  /**
   * An operation that works on real numbers, on codes, and on real numbers that stand for codes.
   */
  @FunctionalInterface
  interface OfShape {
    Op op(Shape input) throws OnnxFormatException;
  }

  static void flatten(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 1);
    long axis = node.integer("axis", 1);
    int rank = shape(node, decoder).dims().length + 1;
    if (axis != 1 && axis + rank != 1) {
      throw node.error("flattens from dimension " + axis + " on, expected 1, all but the batch");
    }
    toVector(node, decoder);
  }

  static void reshape(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Sizes target = Sizes.require(node, 1, "shape", decoder);
    Shape input = shape(node, decoder);
    if (keepsBatch(node, target, decoder) && isVector(target, input)) {
      toVector(node, decoder);
    } else if (keepsBatch(node, target, decoder) && isSame(target, input)) {
      identity(node, decoder);
    } else {
      throw node.error(
          "reshapes "
              + input
              + " to "
              + target
              + "; supported is one vector per image: [0, -1], or [-1, "
              + input.elements()
              + "]");
    }
  }

  private static boolean keepsBatch(OnnxNode node, Sizes target, GraphDecoder decoder)
      throws OnnxFormatException {
    return target.count() > 0
        && node.integer("allowzero", 0) == 0
        && (target.isBatch(0, decoder) || List.of(0L, -1L).contains(target.number(0).orElse(0L)));
  }

  private static boolean isVector(Sizes target, Shape input) {
    return target.count() == 2
        && target
            .number(1)
            .filter(
                n ->
                    n == input.elements()
                        || (n == -1 && !target.number(0).equals(target.number(1))))
            .isPresent();
  }

  /** Whether all sizes but the batch are those of the input already. */
  private static boolean isSame(Sizes target, Shape input) {
    List<Optional<Long>> sizes =
        Arrays.stream(input.dims()).mapToObj(dim -> Optional.of((long) dim)).toList();
    return target.numbers().subList(1, target.count()).equals(sizes);
  }

  static void squeeze(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 2);
    Shape input = shape(node, decoder);
    List<Long> axes = node.hasInput(1) ? axes(node, decoder) : List.of();
    boolean spatial =
        axes.stream()
            .map(axis -> axis < 0 ? axis + 4 : axis)
            .sorted()
            .toList()
            .equals(List.of(2L, 3L));
    if (!spatial || !input.isImage() || input.height() != 1 || input.width() != 1) {
      throw node.error(
          "removes dimensions " + axes + " of " + input + ", expected [2, 3] of a 1x1 image");
    }
    toVector(node, decoder);
  }

  private static List<Long> axes(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    Constant constant = decoder.constant(node, 1, "axes");
    return constant.count() > FormatLimits.RANK
        ? List.of()
        : Arrays.stream(numbers(constant)).boxed().toList();
  }

  static long[] numbers(Constant constant) {
    return IntStream.range(0, constant.count()).mapToLong(i -> (long) constant.at(i)).toArray();
  }

  /** An image becomes a vector; a vector stays as it is. */
  private static void toVector(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    if (shape(node, decoder).isImage()) {
      sameValues(node, shape -> new Op.Flatten(), decoder);
    } else {
      identity(node, decoder);
    }
  }

  /** Applies an operation that keeps the scale to whatever the node's input is. */
  static void sameValues(OnnxNode node, OfShape operation, GraphDecoder decoder)
      throws OnnxFormatException {
    Value input = decoder.value(node, 0);
    Op op = operation.op(shape(node, decoder));
    if (input instanceof Pending pending) {
      decoder.define(node.output(), pending.withStep(node, op));
    } else if (input instanceof Value.Codes codes) {
      decoder.define(node.output(), new Value.Codes(emit(node, op, codes.tensor(), decoder)));
    } else if (input instanceof Value.Given given && op instanceof Op.Flatten) {
      decoder.define(node.output(), new Value.Given(emit(node, op, given.tensor(), decoder)));
    } else if (input instanceof Value.Result result && op instanceof Op.Flatten) {
      decoder.define(node.output(), new Value.Result(emit(node, op, result.tensor(), decoder)));
    } else if (decoder.allowsFloat()
        && (input instanceof Value.Given || input instanceof Value.Result)) {
      IslandDecoder.emit(node, IslandEmitter.real(op), List.of(decoder.real(node, 0)), decoder);
    } else {
      throw node.error(
          "its input '"
              + node.input(0)
              + "' is "
              + input.kind()
              + decoder.orFloat("put it between DequantizeLinear and QuantizeLinear"));
    }
  }

  private static Tensor emit(OnnxNode node, Op op, Tensor input, GraphDecoder decoder)
      throws OnnxFormatException {
    return decoder.emit(node, op, List.of(input), node.output(), input.type());
  }

  static Shape shape(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    Value value = decoder.value(node, 0);
    if (value instanceof Pending pending) {
      return pending.shape();
    }
    if (value instanceof Value.Codes codes) {
      return codes.tensor().shape();
    }
    if (value instanceof Value.Given given) {
      return given.tensor().shape();
    }
    if (value instanceof Value.Result result) {
      return result.tensor().shape();
    }
    throw node.error(
        "its input '" + node.input(0) + "' is " + value.kind() + ", expected an activation");
  }

  /** Weights, quantized or not, may be stored the other way round. */
  static void transpose(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Value value = decoder.value(node, 0);
    Optional<int[]> order =
        node.attribute("perm").isPresent() ? node.sizes("perm", 2) : Optional.empty();
    boolean swapped = order.isEmpty() || (order.get()[0] == 1 && order.get()[1] == 0);
    if (swapped && value instanceof Value.Weight weight && weight.codes().dims().length == 2) {
      decoder.define(node.output(), decoder.transposed(node, weight));
    } else if (swapped
        && value instanceof Value.Fixed fixed
        && fixed.constant().dims().length == 2) {
      decoder.define(node.output(), new Value.Fixed(fixed.constant().transposed(node)));
    } else {
      throw node.error(
          "transposes " + value.kind() + "; only a matrix of weights can be transposed");
    }
  }

  static void identity(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    decoder.define(node.output(), decoder.value(node, 0));
  }

  /** Codes that the caller gives stand for themselves as real numbers. */
  static void cast(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Value value = decoder.value(node, 0);
    boolean toFloat = node.integer("to", 0) == DataType.FLOAT.getNumber();
    if (toFloat && value instanceof Value.Codes codes) {
      if (!codes.tensor().params().range().contains(0)) {
        throw node.error(
            "casts codes "
                + codes.tensor().params().range()
                + " to FLOAT, which have no code for 0");
      }
      QuantizationDecoder.dequantize(
          node, codes.tensor(), new QuantParams(1, 0, codes.tensor().params().range()), decoder);
    } else if (toFloat && decoder.isActivation(value)) {
      identity(node, decoder);
    } else {
      throw node.error(
          "casts "
              + value.kind()
              + " to data type "
              + DataType.forNumber((int) node.integer("to", 0))
              + ", expected an activation to FLOAT");
    }
  }

  static void dropout(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 3);
    if (node.hasInput(2)) {
      Constant training = decoder.constant(node, 2, "training_mode");
      if (!training.isScalar() || training.at(0) != 0) {
        throw node.error("is in training mode; export the model for inference");
      }
    }
    decoder.define(node.output(), decoder.value(node, 0));
  }

  static void constant(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    TensorProto tensor =
        Optional.<TensorProto>empty()
            .or(
                () ->
                    node.attribute("value").filter(AttributeProto::hasT).map(AttributeProto::getT))
            .or(() -> node.attribute("value_int").map(a -> integers(true, List.of(a.getI()))))
            .or(() -> node.attribute("value_ints").map(a -> integers(false, a.getIntsList())))
            .or(() -> node.attribute("value_float").map(a -> reals(true, List.of(a.getF()))))
            .or(() -> node.attribute("value_floats").map(a -> reals(false, a.getFloatsList())))
            .orElseThrow(() -> node.error("has no tensor and no numbers as its value"));
    Constant constant = decoder.constant(tensor, node.output());
    decoder.define(node.output(), new Value.Fixed(constant));
  }

  private static TensorProto integers(boolean single, List<Long> numbers) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDataType(DataType.INT64.getNumber()).addAllInt64Data(numbers);
    return single ? tensor.build() : tensor.addDims(numbers.size()).build();
  }

  private static TensorProto reals(boolean single, List<Float> numbers) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder().setDataType(DataType.FLOAT.getNumber()).addAllFloatData(numbers);
    return single ? tensor.build() : tensor.addDims(numbers.size()).build();
  }
}
