package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.Map;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Window;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.OnnxNodes;

/**
 * Writes an operation as the one standard node that it is on real numbers. Codes are dequantized in
 * front of it and quantized behind.
 */
@FunctionalInterface
interface NodeForm<T extends Op> {
  int HARD_SWISH_OPSET = 14;

  /** Sets the attributes and constants of a node whose activations are its inputs already. */
  void complete(T op, NodeProto.Builder proto, Constants constants);

  Map<Class<? extends Op>, OpEncoder> ALL =
      Map.ofEntries(
          entry(LinearOp.Conv.class, NodeForm::conv),
          entry(ChannelOp.ScaleShift.class, NodeForm::scaleShift),
          entry(ChannelOp.Divide.class, NodeForm::divide),
          entry(ChannelOp.Softmax.class, NodeForm::alongChannels),
          entry(
              PoolOp.MaxPool.class, (op, proto, constants) -> OnnxNodes.window(proto, op.window())),
          entry(PoolOp.AveragePool.class, NodeForm::averagePool),
          entry(PoolOp.GlobalAveragePool.class, NodeForm::plain),
          entry(MoveOp.Pad.class, NodeForm::pad),
          entry(MoveOp.Upsample.class, NodeForm::upsample),
          entry(
              MoveOp.Flatten.class,
              (op, proto, constants) -> proto.addAttribute(OnnxNodes.integer("axis", 1))),
          entry(JoinOp.Concat.class, NodeForm::alongChannels),
          entry(JoinOp.Add.class, NodeForm::plain),
          entry(JoinOp.Mul.class, NodeForm::plain),
          entry(FunctionOp.Clamp.class, NodeForm::clamp),
          entry(
              FunctionOp.LeakyRelu.class,
              (op, proto, constants) -> proto.addAttribute(OnnxNodes.real("alpha", op.slope()))),
          entry(FunctionOp.Sigmoid.class, NodeForm::plain),
          entry(FunctionOp.Tanh.class, NodeForm::plain),
          entry(FunctionOp.HardSigmoid.class, NodeForm::hardSigmoid),
          entry(
              FunctionOp.HardSwish.class,
              (op, proto, constants) -> constants.encoding().requireOpset(HARD_SWISH_OPSET)));

  /**
   * Constants that are named after the node that reads them, or after its codes.
   *
   * @param shape of the node's output
   */
  record Constants(String owner, Shape shape, Encoding encoding) {
    String floats(String suffix, Reals values, long... dims) {
      return floats(suffix, values.values(), dims);
    }

    String floats(String suffix, float[] values, long... dims) {
      return encoding.constant(
          Initializers.floats(encoding.tensorName(owner + suffix), dims, values));
    }

    String numbers(String suffix, long... values) {
      return encoding.constant(Initializers.numbers(encoding.tensorName(owner + suffix), values));
    }
  }

  /**
   * The encoder of an operation.
   *
   * @throws IllegalArgumentException if it is no single node
   */
  static OpEncoder of(Class<? extends Op> op) {
    OpEncoder encoder = ALL.get(op);
    if (encoder == null) {
      throw new IllegalArgumentException("no ONNX form is defined for " + op.getSimpleName());
    }
    return encoder;
  }

  private static <T extends Op> Map.Entry<Class<? extends Op>, OpEncoder> entry(
      Class<T> type, NodeForm<? super T> form) {
    return Map.entry(
        type,
        (node, encoding) -> {
          String owner = encoding.graph().outputOf(node).isCodes() ? node.output() : node.name();
          NodeProto.Builder proto = OnnxNodes.node(node.op().onnxName(), node.name(), "");
          encoding.inputsOf(node).forEach(input -> proto.addInput(encoding.real(input)));
          form.complete(
              type.cast(node.op()),
              proto,
              new Constants(owner, encoding.graph().outputOf(node).shape(), encoding));
          OpEncoder.finish(node, proto, encoding);
        });
  }

  private static void plain(Op op, NodeProto.Builder proto, Constants constants) {}

  private static void alongChannels(Op op, NodeProto.Builder proto, Constants constants) {
    proto.addAttribute(OnnxNodes.integer("axis", OnnxNodes.channelAxis(constants.shape())));
  }

  private static void conv(LinearOp.Conv op, NodeProto.Builder proto, Constants constants) {
    Window window = op.window();
    Coefficients.OfReals reals = op.coefficients().reals();
    int channels = reals.outChannels();
    long[] dims = {
      channels, reals.fanIn() / window.kernelArea(), window.kernelHeight(), window.kernelWidth()
    };
    proto
        .addInput(constants.floats("/weight", reals.weights(), dims))
        .addInput(constants.floats("/bias", reals.bias(), channels))
        .addAttribute(OnnxNodes.integer("group", op.groups()));
    OnnxNodes.window(proto, window);
  }

  /** Batch norm of mean 0 and variance 1, to which it adds nothing. */
  private static void scaleShift(
      ChannelOp.ScaleShift op, NodeProto.Builder proto, Constants constants) {
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
  private static void divide(ChannelOp.Divide op, NodeProto.Builder proto, Constants constants) {
    Shape input = constants.encoding().graph().tensor(proto.getInput(0)).shape();
    long channels = op.divisors().length();
    long[] dims =
        switch (input.kind()) {
          case FEATURES, SEQUENCE -> new long[] {channels};
          case IMAGE -> new long[] {channels, 1, 1};
        };
    proto.addInput(constants.floats("/divisors", op.divisors(), dims));
  }

  private static void averagePool(
      PoolOp.AveragePool op, NodeProto.Builder proto, Constants constants) {
    OnnxNodes.window(proto, op.window());
    proto.addAttribute(OnnxNodes.integer("count_include_pad", op.countPadding() ? 1 : 0));
    if (OnnxNodes.isDilated(op.window())) {
      constants.encoding().requireOpset(OnnxNodes.DILATED_POOLING_OPSET);
    }
  }

  private static void pad(MoveOp.Pad op, NodeProto.Builder proto, Constants constants) {
    proto.addInput(constants.numbers("/pads", pads(op)));
  }

  /** In front of batch, channels, rows and columns, then behind them. */
  static long[] pads(MoveOp.Pad op) {
    return new long[] {0, 0, op.top(), op.left(), 0, 0, op.bottom(), op.right()};
  }

  private static void upsample(MoveOp.Upsample op, NodeProto.Builder proto, Constants constants) {
    float[] factors = {1, 1, op.heightFactor(), op.widthFactor()};
    proto.addInput("").addInput(constants.floats("/factors", factors, factors.length));
    OnnxNodes.nearest(proto);
  }

  private static void clamp(FunctionOp.Clamp op, NodeProto.Builder proto, Constants constants) {
    if (!op.bounds().equals(Clip.RELU)) {
      proto.addInput(bound("/min", op.bounds().min(), constants));
      proto.addInput(bound("/max", op.bounds().max(), constants));
    }
  }

  private static String bound(String suffix, float bound, Constants constants) {
    return Float.isInfinite(bound) ? "" : constants.floats(suffix, new float[] {bound});
  }

  private static void hardSigmoid(
      FunctionOp.HardSigmoid op, NodeProto.Builder proto, Constants constants) {
    proto
        .addAttribute(OnnxNodes.real("alpha", op.alpha()))
        .addAttribute(OnnxNodes.real("beta", op.beta()));
  }
}
