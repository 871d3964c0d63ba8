package org.qat4j.layers;

import java.util.List;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.QuantParams;

/** What has no integer form: codes to real numbers, operations on these, and back to codes. */
final class FloatIsland {
  private FloatIsland() {}

  /**
   * Appends an operation and the activation behind it.
   *
   * @param name of the island's output, from which its inner tensors are named
   * @param input name of the codes that it reads
   * @return the name
   */
  static String append(
      Graph.Builder graph, String name, String input, Op realOp, Clip clip, QuantParams output) {
    List<Op> operations =
        clip.equals(Clip.NONE) ? List.of(realOp) : List.of(realOp, new FunctionOp.Clamp(clip));
    String real = graph.freeName(name + "_in");
    graph.node(real, new ConvertOp.Dequantize(), List.of(input), real, new Tensor.Real());
    for (Op operation : operations) {
      String next = graph.freeName(real + "_" + operation.onnxName());
      graph.node(next, operation, List.of(real), next, new Tensor.Real());
      real = next;
    }
    graph.node(name, new ConvertOp.Quantize(), List.of(real), name, new Tensor.Codes(output));
    return name;
  }

  /** Rounded to float32. */
  static Reals reals(double[] values) {
    float[] reals = new float[values.length];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = (float) values[i];
    }
    return new Reals(reals);
  }
}
