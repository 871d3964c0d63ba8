package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.NodeProto;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.onnx.BiasScale;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.Metadata;
import org.qat4j.onnx.OnnxNodes;
import org.qat4j.onnx.WeightRange;

/**
 * Writes convolutions and dense layers: int8 or int16 weights and int32 bias with their
 * DequantizeLinear, then the layer.
 */
final class LayerEncoder {
  private LayerEncoder() {}

  static void conv(Node node, Encoding encoding) {
    LinearOp.Conv op = (LinearOp.Conv) node.op();
    Window window = op.window();
    Coefficients.OfCodes codes = op.coefficients().codes();
    long[] dims = {
      codes.outChannels(),
      codes.fanIn() / window.kernelArea(),
      window.kernelHeight(),
      window.kernelWidth()
    };
    NodeProto.Builder proto = layer(node, codes, dims, encoding);
    OnnxNodes.window(proto, window);
    proto.addAttribute(OnnxNodes.integer("group", op.groups()));
    OpEncoder.finish(node, proto, encoding);
  }

  static void dense(Node node, Encoding encoding) {
    Coefficients.OfCodes codes = ((LinearOp.Dense) node.op()).coefficients().codes();
    long[] dims = {codes.outChannels(), codes.fanIn()};
    NodeProto.Builder proto = layer(node, codes, dims, encoding);
    OpEncoder.finish(node, proto.addAttribute(OnnxNodes.integer("transB", 1)), encoding);
  }

  private static NodeProto.Builder layer(
      Node node, Coefficients.OfCodes codes, long[] dims, Encoding encoding) {
    Tensor input = encoding.inputsOf(node).get(0);
    String x = encoding.real(input);
    String w = weights(node.name(), codes.weights(), dims, encoding);
    String b = bias(node.name(), codes.bias(), input, codes.weights(), encoding);
    return OnnxNodes.node(node.op().onnxName(), node.name(), "", x, w, b);
  }

  private static String weights(String layer, Weights weights, long[] dims, Encoding encoding) {
    String codes = encoding.tensorName(layer + "/weight");
    if (!WeightRange.readable(weights).equals(weights.range())) {
      encoding.declare(Metadata.RANGE + codes, Metadata.text(weights.range()));
    }
    long[] channels = {weights.outChannels()};
    IntegerType storage = IntegerType.ofWeights(weights);
    encoding.requireOpset(storage.opset());
    return dequantized(
        codes,
        encoding,
        encoding.constant(Initializers.weights(codes, dims, weights)),
        encoding.constant(
            Initializers.floats(encoding.tensorName(codes + "_scale"), channels, weights.scales())),
        encoding.constant(
            Initializers.codes(
                encoding.tensorName(codes + "_zero_point"),
                storage,
                channels,
                weights.zeroPoints())));
  }

  private static String bias(
      String layer, Bias bias, Tensor input, Weights weights, Encoding encoding) {
    float[] scales = new float[bias.length()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = BiasScale.of(input.params().scale(), weights.scale(o));
    }
    long[] channels = {bias.length()};
    String codes = encoding.tensorName(layer + "/bias");
    return dequantized(
        codes,
        encoding,
        encoding.constant(Initializers.codes(codes, IntegerType.INT32, channels, bias.codes())),
        encoding.constant(
            Initializers.floats(encoding.tensorName(codes + "_scale"), channels, scales)));
  }

  private static String dequantized(String codes, Encoding encoding, String... inputs) {
    String output = encoding.tensorName(codes + "_dequantized");
    encoding.add(
        OnnxNodes.node("DequantizeLinear", encoding.nodeName(codes + "_dequantize"), output, inputs)
            .addAttribute(OnnxNodes.integer("axis", 0)));
    return output;
  }
}
