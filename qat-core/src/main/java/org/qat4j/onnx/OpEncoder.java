package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Map;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;

/** Writes the ONNX nodes of one kind of operation. */
@FunctionalInterface
interface OpEncoder {
  void encode(Node node, GraphEncoder encoder);

  /** One per operation; a test holds them to the closed set. */
  Map<Class<? extends Op>, OpEncoder> ALL =
      Map.ofEntries(
          Map.entry(Op.Quantize.class, OpEncoder::quantize),
          Map.entry(Op.Dequantize.class, OpEncoder::dequantize),
          Map.entry(Op.Conv.class, LayerEncoder::conv),
          Map.entry(Op.Dense.class, LayerEncoder::dense),
          Map.entry(Op.MaxPool.class, OpEncoder::maxPool),
          Map.entry(Op.AveragePool.class, OpEncoder::averagePool),
          Map.entry(Op.GlobalAveragePool.class, OpEncoder::globalAveragePool),
          Map.entry(Op.Add.class, OpEncoder::add),
          Map.entry(Op.Concat.class, OpEncoder::concat),
          Map.entry(Op.Requantize.class, OpEncoder::requantize),
          Map.entry(Op.LeakyRelu.class, OpEncoder::leakyRelu),
          Map.entry(Op.Pad.class, OpEncoder::pad),
          Map.entry(Op.Upsample.class, OpEncoder::upsample),
          Map.entry(Op.Flatten.class, OpEncoder::flatten),
          Map.entry(Op.Identity.class, (node, encoder) -> encoder.alias(node)),
          Map.entry(Op.Softmax.class, OpEncoder::softmax),
          Map.entry(Op.Real.class, RealEncoder::encode));

  static OpEncoder of(Class<? extends Op> op) {
    OpEncoder encoder = ALL.get(op);
    if (encoder == null) {
      throw new IllegalArgumentException("no ONNX form is defined for " + op.getSimpleName());
    }
    return encoder;
  }

  private static void quantize(Node node, GraphEncoder encoder) {
    Tensor input = encoder.inputsOf(node).get(0);
    if (!encoder.staysReal(input)) {
      throw new IllegalArgumentException(
          "node '"
              + node.name()
              + "' quantizes the real result '"
              + input.name()
              + "' of another node: give that node codes as its output, or use Requantize");
    }
    encoder.quantize(
        input.name(),
        Clip.NONE,
        encoder.graph().outputOf(node),
        new NodeNames(node.name(), encoder));
  }

  private static void dequantize(Node node, GraphEncoder encoder) {
    encoder.dequantize(encoder.inputsOf(node).get(0), node.name(), node.output());
  }

  private static void maxPool(Node node, GraphEncoder encoder) {
    Op.MaxPool op = (Op.MaxPool) node.op();
    NodeProto.Builder proto = OnnxNodes.node("MaxPool", node.name(), "");
    OnnxNodes.window(proto, op.window());
    sameCodes(node, proto, encoder);
  }

  private static void averagePool(Node node, GraphEncoder encoder) {
    Op.AveragePool op = (Op.AveragePool) node.op();
    Window window = op.window();
    NodeProto.Builder proto = OnnxNodes.node("AveragePool", node.name(), "");
    OnnxNodes.window(proto, window);
    proto.addAttribute(OnnxNodes.integer("count_include_pad", op.countPadding() ? 1 : 0));
    if (OnnxNodes.isDilated(window)) {
      encoder.requireOpset(OnnxNodes.DILATED_POOLING_OPSET);
    }
    newCodes(node, proto, Clip.NONE, encoder);
  }

  private static void globalAveragePool(Node node, GraphEncoder encoder) {
    newCodes(node, OnnxNodes.node("GlobalAveragePool", node.name(), ""), Clip.NONE, encoder);
  }

  private static void add(Node node, GraphEncoder encoder) {
    newCodes(node, OnnxNodes.node("Add", node.name(), ""), ((Op.Add) node.op()).clip(), encoder);
  }

  private static void concat(Node node, GraphEncoder encoder) {
    NodeProto.Builder proto =
        OnnxNodes.node("Concat", node.name(), "").addAttribute(OnnxNodes.integer("axis", 1));
    newCodes(node, proto, Clip.NONE, encoder);
  }

  private static void requantize(Node node, GraphEncoder encoder) {
    String real = encoder.real(encoder.inputsOf(node).get(0));
    Clip clip = ((Op.Requantize) node.op()).clip();
    encoder.requantize(
        real, clip, encoder.graph().outputOf(node), new NodeNames(node.name(), encoder));
  }

  private static void leakyRelu(Node node, GraphEncoder encoder) {
    float slope = ((Op.LeakyRelu) node.op()).slope();
    NodeProto.Builder proto =
        OnnxNodes.node("LeakyRelu", node.name(), "").addAttribute(OnnxNodes.real("alpha", slope));
    newCodes(node, proto, Clip.NONE, encoder);
  }

  private static void pad(Node node, GraphEncoder encoder) {
    Op.Pad pad = (Op.Pad) node.op();
    long[] pads = {0, 0, pad.top(), pad.left(), 0, 0, pad.bottom(), pad.right()};
    String name = encoder.tensorName(node.output() + "/pads");
    encoder.copyCodes(node, "Pad", encoder.constant(Initializers.numbers(name, pads)));
  }

  private static void upsample(Node node, GraphEncoder encoder) {
    Op.Upsample upsample = (Op.Upsample) node.op();
    float[] factors = {1, 1, upsample.heightFactor(), upsample.widthFactor()};
    String name = encoder.tensorName(node.output() + "/factors");
    NodeProto.Builder proto = OnnxNodes.node("Resize", node.name(), "");
    OnnxNodes.nearest(proto);
    String scales = encoder.constant(Initializers.floats(name, new long[] {4}, factors));
    sameCodes(node, proto, encoder, "", scales);
  }

  private static void flatten(Node node, GraphEncoder encoder) {
    NodeProto.Builder proto =
        OnnxNodes.node("Flatten", node.name(), node.output())
            .addAttribute(OnnxNodes.integer("axis", 1));
    if (encoder.graph().outputOf(node).isCodes()) {
      sameCodes(node, proto, encoder);
    } else {
      String input = node.inputs().get(0);
      encoder.add(proto.addInput(input));
    }
  }

  private static void softmax(Node node, GraphEncoder encoder) {
    encoder.add(
        OnnxNodes.node("Softmax", node.name(), node.output(), node.inputs().get(0))
            .addAttribute(OnnxNodes.integer("axis", 1)));
  }

  private static void sameCodes(
      Node node, NodeProto.Builder proto, GraphEncoder encoder, String... constants) {
    NodeNames names = new NodeNames(node.name(), encoder);
    String real = realResult(node, proto, names, encoder, constants);
    encoder.quantizeExact(real, encoder.graph().outputOf(node), names);
  }

  private static void newCodes(
      Node node, NodeProto.Builder proto, Clip clip, GraphEncoder encoder) {
    NodeNames names = new NodeNames(node.name(), encoder);
    String real = realResult(node, proto, names, encoder);
    encoder.quantize(real, clip, encoder.graph().outputOf(node), names);
  }

  /** Adds the operation between the DequantizeLinear of its inputs and its real result. */
  private static String realResult(
      Node node,
      NodeProto.Builder proto,
      NodeNames names,
      GraphEncoder encoder,
      String... constants) {
    encoder.inputsOf(node).forEach(input -> proto.addInput(encoder.real(input)));
    proto.addAllInput(List.of(constants));
    String real = encoder.tensorName(node.output() + "/real");
    encoder.add(proto.setName(names.next("")).setOutput(0, real));
    return real;
  }
}
