package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.HashMap;
import java.util.Map;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Node;
import org.qat4j.graph.Table;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.EmbeddingForm;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.OnnxNodes;

/** Writes embeddings: a Gather of rows, and of their scales where they are codes. */
final class EmbeddingEncoder {
  private EmbeddingEncoder() {}

  static void encode(Node node, Encoding encoding) {
    String indices = indices(node, encoding);
    Table table = ((Embedding) node.op()).table();
    if (table instanceof Table.OfReals reals) {
      String name = encoding.tensorName(node.name() + "/table");
      long[] dims = {table.words(), table.features()};
      String values = encoding.constant(Initializers.floats(name, dims, reals.values().values()));
      encoding.add(OnnxNodes.node("Gather", node.name(), node.output(), values, indices));
    } else {
      codes(node, ((Table.OfCodes) table).weights(), indices, encoding);
    }
  }

  private static void codes(Node node, Weights rows, String indices, Encoding encoding) {
    String table = encoding.tensorName(node.name() + "/table");
    LayerEncoder.declareRange(table, rows, encoding);
    long[] each = {rows.outChannels(), 1};
    Map<String, String> names = new HashMap<>();
    names.put(EmbeddingForm.INDICES, indices);
    names.put(
        EmbeddingForm.CODES,
        encoding.constant(
            Initializers.weights(table, new long[] {rows.outChannels(), rows.fanIn()}, rows)));
    names.put(EmbeddingForm.SCALES, LayerEncoder.scales(table, each, rows, encoding));
    if (!rows.isSymmetric()) {
      names.put(EmbeddingForm.ZERO_POINTS, LayerEncoder.zeroPoints(table, each, rows, encoding));
    }
    FormEncoder.encode(node, EmbeddingForm.of(!rows.isSymmetric()), names, encoding);
  }

  /** Inputs that are word indices only are integers in the file; other tensors become them. */
  private static String indices(Node node, Encoding encoding) {
    Tensor input = encoding.inputsOf(node).get(0);
    if (encoding.isIndices(input)) {
      return input.name();
    }
    String integers = encoding.tensorName(node.output() + "/integers");
    encoding.add(
        OnnxNodes.node(
                "Cast", encoding.nodeName(node.name() + "/cast"), integers, encoding.real(input))
            .addAttribute(OnnxNodes.integer("to", DataType.INT64.getNumber())));
    String indices = encoding.tensorName(node.output() + "/indices");
    String axis =
        encoding.constant(
            Initializers.numbers(
                encoding.tensorName(node.output() + "/axis"), input.shape().dims().length));
    String name = encoding.nodeName(node.name() + "/squeeze");
    encoding.add(OnnxNodes.node("Squeeze", name, indices, integers, axis));
    return indices;
  }
}
