package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Shape;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.OnnxNodes;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Dynamic;
import org.qat4j.onnx.read.values.Sizes;
import org.qat4j.onnx.read.values.Value;

/** Reads operations that change no number: reshaping to a vector, identities, constants. */
final class ShapeDecoder {
  private ShapeDecoder() {}

  static void flatten(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    long axis = node.integer("axis", 1);
    int rank = decoding.shape(node).dims().length + 1;
    if (axis != 1 && axis + rank != 1) {
      throw node.error("flattens from dimension " + axis + " on, expected 1, all but the batch");
    }
    toVector(node, decoding);
  }

  static void reshape(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Sizes target = decoding.sizes(node, 1, "shape");
    Shape input = decoding.shape(node);
    if (keepsBatch(node, target, decoding) && isVector(target, input)) {
      toVector(node, decoding);
    } else if (keepsBatch(node, target, decoding) && isSame(target, input)) {
      identity(node, decoding);
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

  private static boolean keepsBatch(OnnxNode node, Sizes target, Decoding decoding)
      throws OnnxFormatException {
    return target.count() > 0
        && node.integer("allowzero", 0) == 0
        && (target.isBatch(0, decoding.batch())
            || List.of(0L, -1L).contains(target.number(0).orElse(0L)));
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

  static void squeeze(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 2);
    if (decoding.value(node, 0) instanceof Value.Indices indices) {
      EmbeddingDecoder.squeeze(node, indices, decoding);
      return;
    }
    Shape input = decoding.shape(node);
    List<Long> axes = node.hasInput(1) ? axes(node, decoding) : List.of();
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
    toVector(node, decoding);
  }

  private static List<Long> axes(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Constant constant = decoding.constant(node, 1, "axes");
    return constant.count() > FormatLimits.RANK
        ? List.of()
        : Arrays.stream(constant.integers()).boxed().toList();
  }

  /** An image becomes a vector; a vector stays as it is. */
  private static void toVector(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    switch (decoding.shape(node).kind()) {
      case FEATURES -> identity(node, decoding);
      case SEQUENCE, IMAGE -> MoveDecoder.define(node, shape -> new MoveOp.Flatten(), decoding);
    }
  }

  /** Weights, quantized or not, may be stored the other way round. */
  static void transpose(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Value value = decoding.value(node, 0);
    boolean sequence = value.isActivation() || value instanceof Dynamic.Codes;
    if (sequence && RecurrentDecoder.decode(node, decoding)) {
      return;
    }
    if (sequence && TimeFirstDecoder.isTurned(node, decoding)) {
      TimeFirstDecoder.transpose(node, decoding);
      return;
    }
    Optional<int[]> order =
        node.attribute("perm").isPresent() && !sequence ? node.sizes("perm", 2) : Optional.empty();
    boolean swapped = order.isEmpty() || (order.get()[0] == 1 && order.get()[1] == 0);
    if (swapped && value instanceof Value.Weight weight && weight.codes().dims().length == 2) {
      decoding.define(node.output(), decoding.transposed(node, weight));
    } else if (swapped
        && value instanceof Value.Fixed fixed
        && fixed.constant().dims().length == 2) {
      decoding.define(node.output(), new Value.Fixed(fixed.constant().transposed(node)));
    } else {
      throw node.error(
          "transposes "
              + value.kind()
              + "; only a matrix of weights can be transposed, and a sequence in front of a recurrent layer in"
              + " the form of docs/onnx.md");
    }
  }

  /** Steps of a sequence. */
  static void slice(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(4, 5);
    long step = node.hasInput(4) ? only(node, 4, "steps", decoding) : 1;
    long axis = only(node, 3, "axes", decoding);
    Shape shape = decoding.shape(node);
    if (shape.kind() != Shape.Kind.SEQUENCE
        || (axis != OnnxNodes.TIME_AXIS && axis != -2)
        || step != 1) {
      throw node.error(
          "takes parts of dimension "
              + axis
              + " of "
              + shape
              + " in steps of "
              + step
              + ", expected consecutive steps of a sequence, dimension "
              + OnnxNodes.TIME_AXIS);
    }
    long first = only(node, 1, "starts", decoding);
    long end = only(node, 2, "ends", decoding);
    MoveOp.Steps steps = new MoveOp.Steps(place(first), place(end));
    MoveDecoder.define(node, input -> steps, decoding);
  }

  private static int place(long step) {
    return (int) Math.max(-Integer.MAX_VALUE, Math.min(Integer.MAX_VALUE, step));
  }

  private static long only(OnnxNode node, int index, String what, Decoding decoding)
      throws OnnxFormatException {
    Constant constant = decoding.constant(node, index, what);
    if (constant.count() != 1) {
      throw node.error("has " + constant.count() + " " + what + ", expected 1");
    }
    return constant.integers()[0];
  }

  static void identity(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    decoding.define(node.output(), decoding.value(node, 0));
  }

  static void dropout(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 3);
    if (node.hasInput(2)) {
      Constant training = decoding.constant(node, 2, "training_mode");
      if (!training.isScalar() || training.at(0) != 0) {
        throw node.error("is in training mode; export the model for inference");
      }
    }
    decoding.define(node.output(), decoding.value(node, 0));
  }

  static void constant(OnnxNode node, Decoding decoding) throws OnnxFormatException {
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
    Constant constant = decoding.constant(tensor, node.output());
    decoding.define(node.output(), new Value.Fixed(constant));
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
