package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Map;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.OnnxNodes;

/** Writes the ONNX nodes of one kind of operation in one arithmetic. */
@FunctionalInterface
interface OpEncoder {
  void encode(Node node, Encoding encoding);

  /** Operations on codes that are more than one node between real numbers. */
  Map<Class<? extends Op>, OpEncoder> OF_CODES =
      Map.of(
          ConvertOp.Dequantize.class, OpEncoder::dequantize,
          ConvertOp.Requantize.class, OpEncoder::requantize,
          LinearOp.Conv.class, LayerEncoder::conv,
          LinearOp.Dense.class, LayerEncoder::dense,
          MoveOp.Pad.class, OpEncoder::padCodes,
          MoveOp.Steps.class, OpEncoder::steps,
          MoveOp.Identity.class, (node, encoding) -> encoding.move(node, "Identity"));

  /** Operations on codes whose scale is computed while running. */
  Map<Class<? extends Op>, OpEncoder> OF_DYNAMIC_CODES =
      Map.of(
          LinearOp.Dense.class, DynamicEncoder::dense,
          RecurrentOp.Lstm.class, RecurrentEncoder::encode,
          RecurrentOp.SimpleRnn.class, RecurrentEncoder::encode);

  /** Operations on real numbers that are more than one node. */
  Map<Class<? extends Op>, OpEncoder> OF_REALS =
      Map.of(
          ConvertOp.Quantize.class,
          OpEncoder::quantize,
          ConvertOp.QuantizeDynamic.class,
          DynamicEncoder::quantize,
          LinearOp.Dense.class,
          LayerEncoder::realDense,
          MoveOp.Steps.class,
          OpEncoder::steps,
          Embedding.class,
          EmbeddingEncoder::encode,
          RecurrentOp.Lstm.class,
          RecurrentEncoder::encode,
          RecurrentOp.SimpleRnn.class,
          RecurrentEncoder::encode,
          MoveOp.Identity.class,
          (node, encoding) -> encoding.move(node, "Identity"));

  /**
   * The encoder of an operation on such operands; a test holds them to the closed set.
   *
   * @throws IllegalArgumentException if there is none
   */
  static OpEncoder of(Class<? extends Op> op, Arithmetic arithmetic) {
    Map<Class<? extends Op>, OpEncoder> special =
        switch (arithmetic) {
          case CODES -> OF_CODES;
          case DYNAMIC_CODES -> OF_DYNAMIC_CODES;
          case REALS -> OF_REALS;
        };
    return special.containsKey(op) ? special.get(op) : NodeForm.of(op);
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

  private static void requantize(Node node, Encoding encoding) {
    String real = encoding.real(encoding.inputsOf(node).get(0));
    encoding.requantize(
        real, node.op().clip(), encoding.graph().outputOf(node), encoding.names(node));
  }

  private static void steps(Node node, Encoding encoding) {
    MoveOp.Steps steps = (MoveOp.Steps) node.op();
    long end = steps.end() == Integer.MAX_VALUE ? Long.MAX_VALUE : steps.end();
    encoding.move(
        node,
        "Slice",
        number(node, "/starts", steps.first(), encoding),
        number(node, "/ends", end, encoding),
        number(node, "/axes", OnnxNodes.TIME_AXIS, encoding));
  }

  private static String number(Node node, String suffix, long number, Encoding encoding) {
    String name = encoding.tensorName(node.output() + suffix);
    return encoding.constant(Initializers.numbers(name, number));
  }

  private static void padCodes(Node node, Encoding encoding) {
    MoveOp.Pad pad = (MoveOp.Pad) node.op();
    String name = encoding.tensorName(node.output() + "/pads");
    String pads = encoding.constant(Initializers.numbers(name, NodeForm.pads(pad)));
    encoding.copyCodes(node, "Pad", pads);
  }

  /** Adds the node that computes real numbers of real numbers, and what makes the output of it. */
  static void finish(Node node, NodeProto.Builder proto, Encoding encoding) {
    finish(node, encoding.names(node), "", proto, encoding);
  }

  /**
   * The same behind other nodes.
   *
   * @param names of the ONNX nodes, some of which are taken
   * @param suffix of the node's name
   */
  static void finish(
      Node node, NodeNames names, String suffix, NodeProto.Builder proto, Encoding encoding) {
    Op op = node.op();
    Tensor output = encoding.graph().outputOf(node);
    boolean last = !output.isCodes() && op.clip().equals(Clip.NONE);
    String result = last ? output.name() : encoding.tensorName(output.name() + "/real");
    encoding.add(proto.setName(names.next(suffix)).setOutput(0, result));
    if (!output.isCodes()) {
      encoding.clip(names, op.clip(), result, output.name());
    } else if (op.movesCodes()) {
      encoding.quantizeExact(result, output, names);
    } else {
      encoding.quantize(result, op.clip(), output, names);
    }
  }
}
