package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;

/**
 * Writes convolutions and dense layers: int8 or int16 weights and int32 bias with their
 * DequantizeLinear, then the layer.
 */
final class LayerEncoder {
  private LayerEncoder() {}

  static void conv(Node node, GraphEncoder encoder) {
    Op.Conv op = (Op.Conv) node.op();
    Window window = op.window();
    long[] dims = {
      op.weights().outChannels(),
      op.weights().fanIn() / window.kernelArea(),
      window.kernelHeight(),
      window.kernelWidth()
    };
    NodeProto.Builder proto = layer("Conv", node, op.weights(), dims, op.bias(), encoder);
    OnnxNodes.window(proto, window);
    proto.addAttribute(OnnxNodes.integer("group", op.groups()));
    finish(node, proto, op.clip(), encoder);
  }

  static void dense(Node node, GraphEncoder encoder) {
    Op.Dense op = (Op.Dense) node.op();
    long[] dims = {op.weights().outChannels(), op.weights().fanIn()};
    NodeProto.Builder proto = layer("Gemm", node, op.weights(), dims, op.bias(), encoder);
    finish(node, proto.addAttribute(OnnxNodes.integer("transB", 1)), op.clip(), encoder);
  }

  private static NodeProto.Builder layer(
      String opType, Node node, Weights weights, long[] dims, Bias bias, GraphEncoder encoder) {
    Tensor input = encoder.inputsOf(node).get(0);
    String x = encoder.real(input);
    String w = weights(node.name(), weights, dims, encoder);
    String b = bias(node.name(), bias, input, weights, encoder);
    return OnnxNodes.node(opType, node.name(), "", x, w, b);
  }

  private static void finish(Node node, NodeProto.Builder proto, Clip clip, GraphEncoder encoder) {
    Tensor output = encoder.graph().outputOf(node);
    boolean last = !output.isCodes() && clip.equals(Clip.NONE);
    String result = last ? output.name() : encoder.tensorName(output.name() + "/real");
    NodeNames names = new NodeNames(node.name(), encoder);
    encoder.add(proto.setName(names.next("")).setOutput(0, result));
    if (output.isCodes()) {
      encoder.quantize(result, clip, output, names);
    } else {
      OnnxNodes.clip(encoder, names, clip, result, output.name());
    }
  }

  private static String weights(String layer, Weights weights, long[] dims, GraphEncoder encoder) {
    String codes = encoder.tensorName(layer + "/weight");
    if (!WeightRange.readable(weights).equals(weights.range())) {
      encoder.declare(Metadata.RANGE + codes, Metadata.text(weights.range()));
    }
    long[] channels = {weights.outChannels()};
    IntegerType storage = IntegerType.ofWeights(weights);
    encoder.requireOpset(storage.opset());
    return dequantized(
        codes,
        encoder,
        encoder.constant(Initializers.weights(codes, dims, weights)),
        encoder.constant(
            Initializers.floats(encoder.tensorName(codes + "_scale"), channels, weights.scales())),
        encoder.constant(
            Initializers.codes(
                encoder.tensorName(codes + "_zero_point"),
                storage,
                channels,
                weights.zeroPoints())));
  }

  private static String bias(
      String layer, Bias bias, Tensor input, Weights weights, GraphEncoder encoder) {
    float[] scales = new float[bias.length()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = BiasScale.of(input.params().scale(), weights.scale(o));
    }
    long[] channels = {bias.length()};
    String codes = encoder.tensorName(layer + "/bias");
    return dequantized(
        codes,
        encoder,
        encoder.constant(Initializers.codes(codes, IntegerType.INT32, channels, bias.codes())),
        encoder.constant(
            Initializers.floats(encoder.tensorName(codes + "_scale"), channels, scales)));
  }

  private static String dequantized(String codes, GraphEncoder encoder, String... inputs) {
    String output = encoder.tensorName(codes + "_dequantized");
    encoder.add(
        OnnxNodes.node("DequantizeLinear", encoder.nodeName(codes + "_dequantize"), output, inputs)
            .addAttribute(OnnxNodes.integer("axis", 0)));
    return output;
  }
}
