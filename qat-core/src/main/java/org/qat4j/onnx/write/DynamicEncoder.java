package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.List;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.OnnxNodes;

/**
 * Writes codes whose scale is computed while running, and the dense layers that read them, as other
 * runtimes fuse them: DynamicQuantizeLinear, MatMulInteger, Cast and the product with both scales.
 */
final class DynamicEncoder {
  private DynamicEncoder() {}

  static void quantize(Node node, Encoding encoding) {
    String codes = node.output();
    encoding.add(
        OnnxNodes.node(
                "DynamicQuantizeLinear",
                node.name(),
                codes,
                encoding.real(encoding.inputsOf(node).get(0)))
            .addOutput(encoding.dynamicScale(codes))
            .addOutput(encoding.dynamicZeroPoint(codes)));
  }

  static void dense(Node node, Encoding encoding) {
    Coefficients.OfDynamicCodes layer = ((LinearOp.Dense) node.op()).coefficients().dynamicCodes();
    requireBytes(node, layer.weights());
    NodeNames names = encoding.names(node);
    String output = node.output();
    String codes = node.inputs().get(0);
    LayerEncoder.Matrix weights = LayerEncoder.matrix(node.name(), layer.weights(), encoding);
    String sums = encoding.tensorName(output + "/sums");
    List<String> operands =
        new ArrayList<>(List.of(codes, weights.codes(), encoding.dynamicZeroPoint(codes)));
    weights.zeroPoints().ifPresent(operands::add);
    encoding.add(OnnxNodes.node("MatMulInteger", names.next(""), sums).addAllInput(operands));
    String real = encoding.tensorName(output + "/real_sums");
    encoding.add(
        OnnxNodes.node("Cast", names.next("/cast"), real, sums)
            .addAttribute(OnnxNodes.integer("to", DataType.FLOAT.getNumber())));
    String scale = encoding.tensorName(output + "/sum_scale");
    encoding.add(
        OnnxNodes.node(
            "Mul", names.next("/scale"), scale, encoding.dynamicScale(codes), weights.scales()));
    String scaled = encoding.tensorName(output + "/scaled");
    encoding.add(OnnxNodes.node("Mul", names.next("/rescale"), scaled, real, scale));
    String bias =
        encoding.constant(
            Initializers.floats(
                encoding.tensorName(node.name() + "/bias"),
                new long[] {layer.bias().length()},
                layer.bias().values()));
    OpEncoder.finish(node, names, "/bias", OnnxNodes.node("Add", "", "", scaled, bias), encoding);
  }

  static void requireBytes(Node node, Weights weights) {
    if (!weights.isInt8()) {
      throw new IllegalArgumentException(
          "node '"
              + node.name()
              + "' has weights "
              + weights.range()
              + ", but MatMulInteger multiplies 8-bit ones only: quantize them to 8 bits or fewer");
    }
  }
}
