package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.LayerOp;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.Value;

/** Reads pooling. */
final class PoolDecoder {
  private static final List<Integer> SPATIAL = List.of(2, 3);

  private PoolDecoder() {}

  /** On codes, or on real numbers that stand for codes: the largest value has the largest code. */
  static void maxPool(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    if (node.proto().getOutputCount() > 1 && !node.proto().getOutput(1).isEmpty()) {
      throw node.error("its second output, the indices, is not supported");
    }
    MoveDecoder.define(node, shape -> new PoolOp.MaxPool(window(node, shape)), decoding);
  }

  static void averagePool(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Tensor input = decoding.codes(node, 0);
    boolean countPadding = node.integer("count_include_pad", 0) != 0;
    pend(node, input, new PoolOp.AveragePool(window(node, input.shape()), countPadding), decoding);
  }

  static void globalAveragePool(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    pend(node, decoding.codes(node, 0), new PoolOp.GlobalAveragePool(), decoding);
  }

  /**
   * A mean over height and width is global average pooling, as PyTorch's adaptive pooling is
   * exported.
   */
  static void reduceMean(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    requireSpatial(node, decoding);
    Pending pooled = pending(node, decoding.codes(node, 0), new PoolOp.GlobalAveragePool());
    boolean keep = node.integer("keepdims", 1) != 0;
    decoding.define(node.output(), keep ? pooled : pooled.withStep(node, new MoveOp.Flatten()));
  }

  private static void requireSpatial(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 2);
    List<Integer> axes = axes(node, decoding);
    if (!axes.equals(SPATIAL)) {
      throw node.error(
          "takes the mean over dimensions "
              + axes
              + ", expected "
              + SPATIAL
              + ", height and width");
    }
  }

  /** An attribute up to opset 17, an input from 18 on. */
  private static List<Integer> axes(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    long[] axes;
    if (node.hasInput(1)) {
      Constant constant = decoding.constant(node, 1, "axes");
      axes = constant.count() > FormatLimits.RANK ? new long[0] : constant.integers();
    } else {
      Optional<AttributeProto> attribute = node.attribute("axes");
      axes =
          attribute.stream()
              .flatMapToLong(a -> a.getIntsList().stream().mapToLong(i -> i))
              .toArray();
    }
    return Arrays.stream(axes)
        .map(axis -> axis < 0 ? axis + 4 : axis)
        .sorted()
        .mapToObj(axis -> (int) axis)
        .toList();
  }

  private static Window window(OnnxNode node, Shape shape) throws OnnxFormatException {
    if (!shape.isImage()) {
      throw node.error("needs an image [N, channels, height, width], got features " + shape);
    }
    return WindowDecoder.of(node, shape, Optional.empty());
  }

  private static void pend(OnnxNode node, Tensor input, Op op, Decoding decoding)
      throws OnnxFormatException {
    decoding.define(node.output(), pending(node, input, op));
  }

  private static Pending pending(OnnxNode node, Tensor input, Op op) throws OnnxFormatException {
    return Pending.layer(node, List.of(input), new LayerOp.Plain(op));
  }

  static void realAveragePool(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Tensor input = decoding.real(node, 0);
    boolean countPadding = node.integer("count_include_pad", 0) != 0;
    Op op = new PoolOp.AveragePool(window(node, input.shape()), countPadding);
    IslandDecoder.define(node, op, List.of(input), decoding);
  }

  static void realGlobalAveragePool(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    IslandDecoder.define(
        node, new PoolOp.GlobalAveragePool(), List.of(decoding.real(node, 0)), decoding);
  }

  static void realMean(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    requireSpatial(node, decoding);
    List<Tensor> input = List.of(decoding.real(node, 0));
    if (node.integer("keepdims", 1) != 0) {
      IslandDecoder.define(node, new PoolOp.GlobalAveragePool(), input, decoding);
      return;
    }
    Op mean = new PoolOp.GlobalAveragePool();
    String name = decoding.tensorName(node.output() + "/mean");
    Tensor image = decoding.emit(node, mean, input, name, new Tensor.Real());
    Tensor result =
        decoding.emit(node, new MoveOp.Flatten(), List.of(image), node.output(), new Tensor.Real());
    decoding.define(node.output(), new Value.Result(result));
  }
}
