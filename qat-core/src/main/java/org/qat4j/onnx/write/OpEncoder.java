package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;
import java.util.Map;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.OnnxNodes;

/** Writes the ONNX nodes of one kind of operation. */
@FunctionalInterface
interface OpEncoder {
  void encode(Node node, Encoding encoding);

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
          Map.entry(Op.Identity.class, (node, encoding) -> encoding.alias(node)),
          Map.entry(Op.Softmax.class, OpEncoder::softmax),
          Map.entry(Op.Real.class, RealEncoder::encode));

  static OpEncoder of(Class<? extends Op> op) {
    OpEncoder encoder = ALL.get(op);
    if (encoder == null) {
      throw new IllegalArgumentException("no ONNX form is defined for " + op.getSimpleName());
    }
    return encoder;
  }

  private static void quantize(Node node, Encoding encoding) {
    Tensor input = encoding.inputsOf(node).get(0);
    if (!encoding.staysReal(input)) {
      throw new IllegalArgumentException(
          "node '"
              + node.name()
              + "' quantizes the real result '"
              + input.name()
              + "' of another node: give that node codes as its output, or use Requantize");
    }
    encoding.quantize(
        input.name(), Clip.NONE, encoding.graph().outputOf(node), encoding.names(node));
  }

  private static void dequantize(Node node, Encoding encoding) {
    encoding.dequantize(encoding.inputsOf(node).get(0), node.name(), node.output());
  }

  private static void maxPool(Node node, Encoding encoding) {
    Op.MaxPool op = (Op.MaxPool) node.op();
    NodeProto.Builder proto = OnnxNodes.node("MaxPool", node.name(), "");
    OnnxNodes.window(proto, op.window());
    sameCodes(node, proto, encoding);
  }

  private static void averagePool(Node node, Encoding encoding) {
    Op.AveragePool op = (Op.AveragePool) node.op();
    Window window = op.window();
    NodeProto.Builder proto = OnnxNodes.node("AveragePool", node.name(), "");
    OnnxNodes.window(proto, window);
    proto.addAttribute(OnnxNodes.integer("count_include_pad", op.countPadding() ? 1 : 0));
    if (OnnxNodes.isDilated(window)) {
      encoding.requireOpset(OnnxNodes.DILATED_POOLING_OPSET);
    }
    newCodes(node, proto, Clip.NONE, encoding);
  }

  private static void globalAveragePool(Node node, Encoding encoding) {
    newCodes(node, OnnxNodes.node("GlobalAveragePool", node.name(), ""), Clip.NONE, encoding);
  }

  private static void add(Node node, Encoding encoding) {
    newCodes(node, OnnxNodes.node("Add", node.name(), ""), ((Op.Add) node.op()).clip(), encoding);
  }

  private static void concat(Node node, Encoding encoding) {
    NodeProto.Builder proto =
        OnnxNodes.node("Concat", node.name(), "").addAttribute(OnnxNodes.integer("axis", 1));
    newCodes(node, proto, Clip.NONE, encoding);
  }

  private static void requantize(Node node, Encoding encoding) {
    String real = encoding.real(encoding.inputsOf(node).get(0));
    Clip clip = ((Op.Requantize) node.op()).clip();
    encoding.requantize(real, clip, encoding.graph().outputOf(node), encoding.names(node));
  }

  private static void leakyRelu(Node node, Encoding encoding) {
    float slope = ((Op.LeakyRelu) node.op()).slope();
    NodeProto.Builder proto =
        OnnxNodes.node("LeakyRelu", node.name(), "").addAttribute(OnnxNodes.real("alpha", slope));
    newCodes(node, proto, Clip.NONE, encoding);
  }

  private static void pad(Node node, Encoding encoding) {
    Op.Pad pad = (Op.Pad) node.op();
    long[] pads = {0, 0, pad.top(), pad.left(), 0, 0, pad.bottom(), pad.right()};
    String name = encoding.tensorName(node.output() + "/pads");
    encoding.copyCodes(node, "Pad", encoding.constant(Initializers.numbers(name, pads)));
  }

  private static void upsample(Node node, Encoding encoding) {
    Op.Upsample upsample = (Op.Upsample) node.op();
    float[] factors = {1, 1, upsample.heightFactor(), upsample.widthFactor()};
    String name = encoding.tensorName(node.output() + "/factors");
    NodeProto.Builder proto = OnnxNodes.node("Resize", node.name(), "");
    OnnxNodes.nearest(proto);
    String scales = encoding.constant(Initializers.floats(name, new long[] {4}, factors));
    sameCodes(node, proto, encoding, "", scales);
  }

  private static void flatten(Node node, Encoding encoding) {
    NodeProto.Builder proto =
        OnnxNodes.node("Flatten", node.name(), node.output())
            .addAttribute(OnnxNodes.integer("axis", 1));
    if (encoding.graph().outputOf(node).isCodes()) {
      sameCodes(node, proto, encoding);
    } else {
      String input = node.inputs().get(0);
      encoding.add(proto.addInput(input));
    }
  }

  private static void softmax(Node node, Encoding encoding) {
    encoding.add(
        OnnxNodes.node("Softmax", node.name(), node.output(), node.inputs().get(0))
            .addAttribute(OnnxNodes.integer("axis", 1)));
  }

  private static void sameCodes(
      Node node, NodeProto.Builder proto, Encoding encoding, String... constants) {
    NodeNames names = encoding.names(node);
    String real = realResult(node, proto, names, encoding, constants);
    encoding.quantizeExact(real, encoding.graph().outputOf(node), names);
  }

  private static void newCodes(Node node, NodeProto.Builder proto, Clip clip, Encoding encoding) {
    NodeNames names = encoding.names(node);
    String real = realResult(node, proto, names, encoding);
    encoding.quantize(real, clip, encoding.graph().outputOf(node), names);
  }

  /** Adds the operation between the DequantizeLinear of its inputs and its real result. */
  private static String realResult(
      Node node, NodeProto.Builder proto, NodeNames names, Encoding encoding, String... constants) {
    encoding.inputsOf(node).forEach(input -> proto.addInput(encoding.real(input)));
    proto.addAllInput(List.of(constants));
    String real = encoding.tensorName(node.output() + "/real");
    encoding.add(proto.setName(names.next("")).setOutput(0, real));
    return real;
  }
}
