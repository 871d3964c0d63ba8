package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.NodeProto;
import com.google.protobuf.ByteString;
import java.util.List;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;

/** Builds ONNX nodes and their attributes. */
public final class OnnxNodes {
  /** The first operator set whose average pooling can be dilated. */
  public static final int DILATED_POOLING_OPSET = 19;

  /** The dimension of the time in a sequence, the batch being the first. */
  public static final int TIME_AXIS = 1;

  private OnnxNodes() {}

  public static NodeProto.Builder node(
      String opType, String name, String output, String... inputs) {
    return NodeProto.newBuilder()
        .setOpType(opType)
        .setName(name)
        .addAllInput(List.of(inputs))
        .addOutput(output);
  }

  public static AttributeProto integer(String name, long value) {
    return AttributeProto.newBuilder().setName(name).setType(AttributeType.INT).setI(value).build();
  }

  public static AttributeProto real(String name, float value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.FLOAT)
        .setF(value)
        .build();
  }

  public static AttributeProto text(String name, String value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeType.STRING)
        .setS(ByteString.copyFromUtf8(value))
        .build();
  }

  public static AttributeProto integers(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  /** The dimension of the channels, the batch being the first. */
  public static int channelAxis(Shape shape) {
    return switch (shape.kind()) {
      case FEATURES, IMAGE -> 1;
      case SEQUENCE -> 2;
    };
  }

  public static void window(NodeProto.Builder node, Window w) {
    node.addAttribute(integers("kernel_shape", w.kernelHeight(), w.kernelWidth()))
        .addAttribute(integers("strides", w.strideHeight(), w.strideWidth()))
        .addAttribute(integers("pads", w.padTop(), w.padLeft(), w.padBottom(), w.padRight()));
    if (isDilated(w)) {
      node.addAttribute(integers("dilations", w.dilationHeight(), w.dilationWidth()));
    }
  }

  /** Resize that repeats pixels. */
  public static void nearest(NodeProto.Builder node) {
    node.addAttribute(text("mode", "nearest"))
        .addAttribute(text("coordinate_transformation_mode", "asymmetric"))
        .addAttribute(text("nearest_mode", "floor"));
  }

  public static boolean isDilated(Window w) {
    return w.dilationHeight() != 1 || w.dilationWidth() != 1;
  }
}
