package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import org.qat4j.graph.Clip;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.scheme.IntRange;

/** The bounds of a Clip, of real numbers or of codes. */
final class ClipBounds {
  private static final int MIN = 1;
  private static final int MAX = 2;

  private ClipBounds() {}

  static Clip ofReals(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    float min = bound(node, MIN, Float.NEGATIVE_INFINITY, decoding);
    float max = bound(node, MAX, Float.POSITIVE_INFINITY, decoding);
    if (!(min < max)) {
      throw node.error("clips to [" + min + ", " + max + "]");
    }
    return new Clip(min, max);
  }

  private static float bound(OnnxNode node, int index, float otherwise, Decoding decoding)
      throws OnnxFormatException {
    if (!node.hasInput(index)) {
      return otherwise;
    }
    Constant bound = decoding.constant(node, index, "bound");
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

  /** The bounds of a Clip of codes; a left out one is the end of the storage type. */
  static IntRange ofCodes(OnnxNode node, IntegerType storage, Decoding decoding)
      throws OnnxFormatException {
    int min = codeBound(node, MIN, storage.range().min(), decoding);
    int max = codeBound(node, MAX, storage.range().max(), decoding);
    if (min >= max || !storage.range().contains(min) || !storage.range().contains(max)) {
      throw node.error(
          "clips codes to [" + min + ", " + max + "], expected a part of " + storage.range());
    }
    return new IntRange(min, max);
  }

  private static int codeBound(OnnxNode node, int index, int otherwise, Decoding decoding)
      throws OnnxFormatException {
    if (!node.hasInput(index)) {
      return otherwise;
    }
    Constant bound = decoding.constant(node, index, "bound");
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
}
