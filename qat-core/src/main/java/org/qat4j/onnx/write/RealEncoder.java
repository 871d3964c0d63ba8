package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.Map;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.RealOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Window;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.OnnxNodes;

/** Writes float islands: one standard node on real numbers for each operation. */
final class RealEncoder {
  private static final int HARD_SWISH_OPSET = 14;

  /** Sets the attributes and constants of a node whose activations are its inputs already. */
  @FunctionalInterface
  interface Form {
    void complete(RealOp op, NodeProto.Builder proto, Constants constants);
  }

  /** Everything that can run in float; a test holds it to the closed set. */
  static final Map<Class<? extends RealOp>, Form> ALL =
      Map.ofEntries(
          Map.entry(RealOp.Conv.class, (op, proto, c) -> conv((RealOp.Conv) op, proto, c)),
          Map.entry(RealOp.Dense.class, (op, proto, c) -> dense((RealOp.Dense) op, proto, c)),
          Map.entry(
              RealOp.ScaleShift.class,
              (op, proto, c) -> scaleShift((RealOp.ScaleShift) op, proto, c)),
          Map.entry(RealOp.Divide.class, (op, proto, c) -> divide((RealOp.Divide) op, proto, c)),
          Map.entry(
              RealOp.MaxPool.class,
              (op, proto, c) -> OnnxNodes.window(proto, ((RealOp.MaxPool) op).window())),
          Map.entry(
              RealOp.AveragePool.class,
              (op, proto, c) -> averagePool((RealOp.AveragePool) op, proto, c)),
          Map.entry(RealOp.GlobalAveragePool.class, RealEncoder::plain),
          Map.entry(RealOp.Pad.class, (op, proto, c) -> pad((RealOp.Pad) op, proto, c)),
          Map.entry(
              RealOp.Upsample.class, (op, proto, c) -> upsample((RealOp.Upsample) op, proto, c)),
          Map.entry(
              RealOp.Concat.class,
              (op, proto, c) -> proto.addAttribute(OnnxNodes.integer("axis", 1))),
          Map.entry(RealOp.Add.class, RealEncoder::plain),
          Map.entry(RealOp.Mul.class, RealEncoder::plain),
          Map.entry(RealOp.Clamp.class, (op, proto, c) -> clamp((RealOp.Clamp) op, proto, c)),
          Map.entry(
              RealOp.LeakyRelu.class,
              (op, proto, c) ->
                  proto.addAttribute(OnnxNodes.real("alpha", ((RealOp.LeakyRelu) op).slope()))),
          Map.entry(RealOp.Sigmoid.class, RealEncoder::plain),
          Map.entry(RealOp.Tanh.class, RealEncoder::plain),
          Map.entry(
              RealOp.HardSigmoid.class,
              (op, proto, c) -> hardSigmoid((RealOp.HardSigmoid) op, proto)),
          Map.entry(
              RealOp.HardSwish.class,
              (op, proto, c) -> c.encoding().requireOpset(HARD_SWISH_OPSET)));

  /** Constants that are named after the node that reads them. */
  record Constants(String node, Encoding encoding) {
    String floats(String suffix, Reals values, long... dims) {
      return floats(suffix, values.values(), dims);
    }

    String floats(String suffix, float[] values, long... dims) {
      return encoding.constant(
          Initializers.floats(encoding.tensorName(node + suffix), dims, values));
    }

    String numbers(String suffix, long... values) {
      return encoding.constant(Initializers.numbers(encoding.tensorName(node + suffix), values));
    }
  }

  private RealEncoder() {}

  static void encode(Node node, Encoding encoding) {
    RealOp op = ((Op.Real) node.op()).operation();
    NodeProto.Builder proto = OnnxNodes.node(op.onnxName(), node.name(), node.output());
    proto.addAllInput(node.inputs());
    ALL.get(op.getClass()).complete(op, proto, new Constants(node.name(), encoding));
    encoding.add(proto);
  }

  private static void plain(RealOp op, NodeProto.Builder proto, Constants constants) {}

  private static void conv(RealOp.Conv op, NodeProto.Builder proto, Constants constants) {
    Window window = op.window();
    int channels = op.bias().length();
    long[] dims = {
      channels, op.fanIn() / window.kernelArea(), window.kernelHeight(), window.kernelWidth()
    };
    proto
        .addInput(constants.floats("/weight", op.weights(), dims))
        .addInput(constants.floats("/bias", op.bias(), channels))
        .addAttribute(OnnxNodes.integer("group", op.groups()));
    OnnxNodes.window(proto, window);
  }

  private static void dense(RealOp.Dense op, NodeProto.Builder proto, Constants constants) {
    int outputs = op.bias().length();
    proto
        .addInput(
            constants.floats("/weight", op.weights(), outputs, op.weights().length() / outputs))
        .addInput(constants.floats("/bias", op.bias(), outputs))
        .addAttribute(OnnxNodes.integer("transB", 1));
  }

  /** Batch norm of mean 0 and variance 1, to which it adds nothing. */
  private static void scaleShift(
      RealOp.ScaleShift op, NodeProto.Builder proto, Constants constants) {
    int channels = op.scales().length();
    float[] ones = new float[channels];
    Arrays.fill(ones, 1);
    proto
        .addInput(constants.floats("/scale", op.scales(), channels))
        .addInput(constants.floats("/shift", op.shifts(), channels))
        .addInput(constants.floats("/mean", new float[channels], channels))
        .addInput(constants.floats("/variance", ones, channels))
        .addAttribute(OnnxNodes.real("epsilon", 0));
  }

  /** The divisors are behind the batch, and before height and width if there are. */
  private static void divide(RealOp.Divide op, NodeProto.Builder proto, Constants constants) {
    boolean image = constants.encoding().graph().tensor(proto.getInput(0)).shape().isImage();
    long channels = op.divisors().length();
    long[] dims = image ? new long[] {channels, 1, 1} : new long[] {channels};
    proto.addInput(constants.floats("/divisors", op.divisors(), dims));
  }

  private static void averagePool(
      RealOp.AveragePool op, NodeProto.Builder proto, Constants constants) {
    OnnxNodes.window(proto, op.window());
    proto.addAttribute(OnnxNodes.integer("count_include_pad", op.countPadding() ? 1 : 0));
    if (OnnxNodes.isDilated(op.window())) {
      constants.encoding().requireOpset(OnnxNodes.DILATED_POOLING_OPSET);
    }
  }

  private static void pad(RealOp.Pad op, NodeProto.Builder proto, Constants constants) {
    proto.addInput(
        constants.numbers("/pads", 0, 0, op.top(), op.left(), 0, 0, op.bottom(), op.right()));
  }

  private static void upsample(RealOp.Upsample op, NodeProto.Builder proto, Constants constants) {
    float[] factors = {1, 1, op.heightFactor(), op.widthFactor()};
    proto.addInput("").addInput(constants.floats("/factors", factors, factors.length));
    OnnxNodes.nearest(proto);
  }

  private static void clamp(RealOp.Clamp op, NodeProto.Builder proto, Constants constants) {
    if (!op.clip().equals(Clip.RELU)) {
      proto.addInput(bound("/min", op.clip().min(), constants));
      proto.addInput(bound("/max", op.clip().max(), constants));
    }
  }

  private static String bound(String suffix, float bound, Constants constants) {
    return Float.isInfinite(bound) ? "" : constants.floats(suffix, new float[] {bound});
  }

  private static void hardSigmoid(RealOp.HardSigmoid op, NodeProto.Builder proto) {
    proto
        .addAttribute(OnnxNodes.real("alpha", op.alpha()))
        .addAttribute(OnnxNodes.real("beta", op.beta()));
  }
}
