package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

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
    Constant target = decoder.constant(node, 1, "shape");
    Shape input = shape(node, decoder);
    long[] sizes = target.count() > Limits.RANK ? new long[0] : numbers(target);
    boolean vector =
        sizes.length == 2
            && (sizes[1] == -1 || sizes[1] == input.elements())
            && sizes[0] != sizes[1];
    boolean batchKept =
        vector
            && (sizes[0] == 0 || sizes[0] == -1 || sizes[0] > 0)
            && node.integer("allowzero", 0) == 0;
    if (!batchKept) {
      throw node.error(
          "reshapes "
              + input
              + " to "
              + Arrays.toString(sizes)
              + "; supported is one vector per image: [0, -1], or [-1, "
              + input.elements()
              + "]");
    }
    toVector(node, decoder);
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
    return constant.count() > Limits.RANK
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
              + ", so it would run in float; put it between DequantizeLinear and QuantizeLinear");
    }
  }

  private static Tensor emit(OnnxNode node, Op op, Tensor input, GraphDecoder decoder)
      throws OnnxFormatException {
    return decoder.emit(node, op, List.of(input), node.output(), input.type());
  }

  private static Shape shape(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
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
    node.requireInputs(1, 3);
    decoder.define(node.output(), decoder.value(node, 0));
  }

  static void constant(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    Optional<AttributeProto> value = node.attribute("value");
    if (value.isEmpty() || !value.get().hasT()) {
      throw node.error("has no tensor in its attribute 'value'");
    }
    Constant constant = Constant.of(value.get().getT(), node.output(), node.source() + ": ");
    decoder.define(node.output(), new Value.Fixed(constant));
  }
}
