package org.qat4j.layers;

import java.util.List;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.RealOp;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.QuantParams;

/** What has no integer form: codes to real numbers, operations on these, and back to codes. */
final class FloatIsland {
  private FloatIsland() {}

  /**
   * Appends the operations in a row.
   *
   * @param name of the island's output, from which its inner tensors are named
   * @param input name of the codes that it reads
   * @return the name
   */
  static String append(
      Graph.Builder graph, String name, String input, List<RealOp> operations, QuantParams output) {
    String real = name + "_in";
    graph.node(real, new Op.Dequantize(), List.of(input), real, new Tensor.Real());
    for (RealOp operation : operations) {
      String next = real + "_" + operation.onnxName();
      graph.node(next, new Op.Real(operation), List.of(real), next, new Tensor.Real());
      real = next;
    }
    graph.node(name, new Op.Quantize(), List.of(real), name, new Tensor.Codes(output));
    return name;
  }
}
