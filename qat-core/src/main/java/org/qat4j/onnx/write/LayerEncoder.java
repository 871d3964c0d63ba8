package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Shape;
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
    if (isSequence(node, encoding)) {
      Tensor input = encoding.inputsOf(node).get(0);
      String x = encoding.real(input);
      String w = dequantized(matrix(node.name(), codes.weights(), encoding), encoding);
      String b = bias(node.name(), codes.bias(), input, codes.weights(), encoding);
      product(node, x, w, b, encoding);
      return;
    }
    long[] dims = {codes.outChannels(), codes.fanIn()};
    NodeProto.Builder proto = layer(node, codes, dims, encoding);
    OpEncoder.finish(node, proto.addAttribute(OnnxNodes.integer("transB", 1)), encoding);
  }

  static void realDense(Node node, Encoding encoding) {
    Coefficients.OfReals reals = ((LinearOp.Dense) node.op()).coefficients().reals();
    int outputs = reals.outChannels();
    String x = encoding.real(encoding.inputsOf(node).get(0));
    String weight = encoding.tensorName(node.name() + "/weight");
    boolean sequence = isSequence(node, encoding);
    String w =
        encoding.constant(
            sequence
                ? Initializers.transposed(weight, outputs, reals.weights().values())
                : Initializers.floats(
                    weight, new long[] {outputs, reals.fanIn()}, reals.weights().values()));
    String b =
        encoding.constant(
            Initializers.floats(
                encoding.tensorName(node.name() + "/bias"),
                new long[] {outputs},
                reals.bias().values()));
    if (sequence) {
      product(node, x, w, b, encoding);
    } else {
      NodeProto.Builder proto = OnnxNodes.node("Gemm", node.name(), "", x, w, b);
      OpEncoder.finish(node, proto.addAttribute(OnnxNodes.integer("transB", 1)), encoding);
    }
  }

  /** A Gemm is of matrices only. */
  private static boolean isSequence(Node node, Encoding encoding) {
    return encoding.inputsOf(node).get(0).shape().kind() == Shape.Kind.SEQUENCE;
  }

  private static void product(Node node, String x, String w, String b, Encoding encoding) {
    NodeNames names = encoding.names(node);
    String product = encoding.tensorName(node.output() + "/product");
    encoding.add(OnnxNodes.node("MatMul", names.next(""), product, x, w));
    OpEncoder.finish(node, names, "/add", OnnxNodes.node("Add", "", "", product, b), encoding);
  }

  /**
   * The constants of weights with inputs in the first dimension.
   *
   * @param zeroPoints left out where all are 0
   */
  record Matrix(String codes, String scales, Optional<String> zeroPoints) {}

  static Matrix matrix(String owner, Weights weights, Encoding encoding) {
    String codes = encoding.tensorName(owner + "/weight");
    declareRange(codes, weights, encoding);
    encoding.constant(Initializers.transposedWeights(codes, weights));
    String scales = scales(codes, weights, encoding);
    Optional<String> zeroPoints =
        weights.isSymmetric()
            ? Optional.empty()
            : Optional.of(zeroPoints(codes, weights, encoding));
    return new Matrix(codes, scales, zeroPoints);
  }

  private static String dequantized(Matrix matrix, Encoding encoding) {
    List<String> inputs = new ArrayList<>(List.of(matrix.codes(), matrix.scales()));
    matrix.zeroPoints().ifPresent(inputs::add);
    return dequantized(matrix.codes(), 1, encoding, inputs.toArray(String[]::new));
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
    declareRange(codes, weights, encoding);
    return dequantized(
        codes,
        0,
        encoding,
        encoding.constant(Initializers.weights(codes, dims, weights)),
        scales(codes, weights, encoding),
        zeroPoints(codes, weights, encoding));
  }

  static void declareRange(String codes, Weights weights, Encoding encoding) {
    if (!WeightRange.readable(weights).equals(weights.range())) {
      encoding.declare(Metadata.RANGE + codes, Metadata.text(weights.range()));
    }
    encoding.requireOpset(IntegerType.ofWeights(weights).opset());
  }

  private static String scales(String codes, Weights weights, Encoding encoding) {
    return scales(codes, new long[] {weights.outChannels()}, weights, encoding);
  }

  static String scales(String codes, long[] channels, Weights weights, Encoding encoding) {
    String name = encoding.tensorName(codes + "_scale");
    return encoding.constant(Initializers.floats(name, channels, weights.scales()));
  }

  private static String zeroPoints(String codes, Weights weights, Encoding encoding) {
    return zeroPoints(codes, new long[] {weights.outChannels()}, weights, encoding);
  }

  static String zeroPoints(String codes, long[] channels, Weights weights, Encoding encoding) {
    String name = encoding.tensorName(codes + "_zero_point");
    IntegerType storage = IntegerType.ofWeights(weights);
    return encoding.constant(Initializers.codes(name, storage, channels, weights.zeroPoints()));
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
        0,
        encoding,
        encoding.constant(Initializers.codes(codes, IntegerType.INT32, channels, bias.codes())),
        encoding.constant(
            Initializers.floats(encoding.tensorName(codes + "_scale"), channels, scales)));
  }

  private static String dequantized(String codes, int axis, Encoding encoding, String... inputs) {
    String output = encoding.tensorName(codes + "_dequantized");
    encoding.add(
        OnnxNodes.node("DequantizeLinear", encoding.nodeName(codes + "_dequantize"), output, inputs)
            .addAttribute(OnnxNodes.integer("axis", axis)));
    return output;
  }
}
