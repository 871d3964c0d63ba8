package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Reads Relu and Clip, on real numbers and on codes, and the Softmax at the end. */
final class ActivationDecoder {
  private static final int MIN = 1;
  private static final int MAX = 2;

  private ActivationDecoder() {}

  static void relu(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 1);
    clipReal(node, Clip.RELU, decoder);
  }

  static void clip(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 3);
    Value input = decoder.value(node, 0);
    if (input instanceof Value.Fixed fixed) {
      IntegerType storage = ScaleDecoder.storage(node, fixed.constant().type().getNumber());
      IntRange range = codeBounds(node, storage, decoder);
      decoder.define(node.output(), new Value.Fixed(fixed.constant().clipped(node, range)));
    } else if (input instanceof Value.Codes codes) {
      clipCodes(node, codes.tensor(), decoder);
    } else {
      clipReal(node, realBounds(node, decoder), decoder);
    }
  }

  static Clip realBounds(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    float min = bound(node, MIN, Float.NEGATIVE_INFINITY, decoder);
    float max = bound(node, MAX, Float.POSITIVE_INFINITY, decoder);
    if (!(min < max)) {
      throw node.error("clips to [" + min + ", " + max + "]");
    }
    return new Clip(min, max);
  }

  private static void clipReal(OnnxNode node, Clip clip, GraphDecoder decoder)
      throws OnnxFormatException {
    if (!(decoder.value(node, 0) instanceof Pending pending)) {
      throw node.error(
          "its input '"
              + node.input(0)
              + "' is "
              + decoder.value(node, 0).kind()
              + decoder.orFloat("put it between DequantizeLinear and QuantizeLinear"));
    }
    decoder.define(node.output(), pending.withClip(node, clip));
  }

  private static float bound(OnnxNode node, int index, float otherwise, GraphDecoder decoder)
      throws OnnxFormatException {
    if (!node.hasInput(index)) {
      return otherwise;
    }
    Constant bound = decoder.constant(node, index, "bound");
    if (bound.type() != DataType.FLOAT || !bound.isScalar()) {
      throw node.error(
          "bound '"
              + bound.name()
              + "' is "
              + bound.type()
              + bound.shape()
              + ", expected one FLOAT");
    }
    return (float) bound.at(0);
  }

  /** A second reader of unclipped codes. */
  private static void clipCodes(OnnxNode node, Tensor codes, GraphDecoder decoder)
      throws OnnxFormatException {
    QuantParams params = codes.params();
    IntRange bounds = codeBounds(node, IntegerType.of(params.range()), decoder);
    Tensor.Type type;
    try {
      IntRange range = CodesType.intersect(bounds, params.range());
      type = new Tensor.Codes(new QuantParams(params.scale(), params.zeroPoint(), range));
    } catch (IllegalArgumentException e) {
      throw node.error("clips codes to " + bounds + ", which " + params + " does not allow");
    }
    List<Tensor> inputs = List.of(codes);
    Tensor result = decoder.emit(node, new Op.Requantize(Clip.NONE), inputs, node.output(), type);
    decoder.define(node.output(), new Value.Codes(result));
  }

  /** The bounds of a Clip of codes; a left out one is the end of the storage type. */
  static IntRange codeBounds(OnnxNode node, IntegerType storage, GraphDecoder decoder)
      throws OnnxFormatException {
    int min = codeBound(node, MIN, storage.range().min(), decoder);
    int max = codeBound(node, MAX, storage.range().max(), decoder);
    if (min >= max || !storage.range().contains(min) || !storage.range().contains(max)) {
      throw node.error(
          "clips codes to [" + min + ", " + max + "], expected a part of " + storage.range());
    }
    return new IntRange(min, max);
  }

  private static int codeBound(OnnxNode node, int index, int otherwise, GraphDecoder decoder)
      throws OnnxFormatException {
    if (!node.hasInput(index)) {
      return otherwise;
    }
    Constant bound = decoder.constant(node, index, "bound");
    if (bound.type() == DataType.FLOAT || !bound.isScalar()) {
      throw node.error(
          "bound '"
              + bound.name()
              + "' is "
              + bound.type()
              + bound.shape()
              + ", expected one integer");
    }
    return (int) bound.at(0);
  }

  /** Its slope changes the scale of negative numbers, so it needs codes: it cannot join a layer. */
  static void leakyRelu(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Tensor input = decoder.codes(node, 0);
    try {
      LayerOp op = new LayerOp.Plain(new Op.LeakyRelu(node.real("alpha", 0.01f)));
      decoder.define(node.output(), JoinDecoder.pending(node, List.of(input), op));
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  static void softmax(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Tensor input = decoder.real(node, 0);
    long axis = node.integer("axis", -1);
    if (input.shape().isImage() || (axis != 1 && axis != -1)) {
      throw node.error(
          "runs along dimension "
              + axis
              + " of "
              + input.shape()
              + ", expected [N, features] and 1");
    }
    Tensor result =
        decoder.emit(node, new Op.Softmax(), List.of(input), node.output(), new Tensor.Real());
    decoder.define(node.output(), new Value.Result(result));
  }
}
