package org.qat4j.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Ten classes by two dense layers. */
record SmallModel(Graph graph) {
  private static final int CLASSES = 10;

  static SmallModel of(Shape image) {
    Tensor.Codes codes = new Tensor.Codes(new QuantParams(1f / 255, 0, IntRange.unsigned(8)));
    Graph.Builder builder = Graph.builder("small").input(Tensor.real("in", image));
    builder.node("quantize", new ConvertOp.Quantize(), List.of("in"), "codes", codes);
    builder.node("flatten", new MoveOp.Flatten(), List.of("codes"), "flat", codes);
    Tensor.Codes hidden = new Tensor.Codes(new QuantParams(1, 0, IntRange.unsigned(8)));
    builder.node("hidden", dense(image.elements(), 100), List.of("flat"), "hidden", hidden);
    builder.node("dense", dense(100, CLASSES), List.of("hidden"), "out", new Tensor.Real());
    return new SmallModel(builder.build("out"));
  }

  private static Op dense(int inputs, int outputs) {
    byte[] weights = new byte[inputs * outputs];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (byte) (i * 31 % 17 - 8);
    }
    float[] scales = new float[outputs];
    Arrays.fill(scales, 0.01f);
    return new LinearOp.Dense(
        Weights.symmetric(weights, scales, IntRange.signedNarrow(8)),
        new Bias(new int[outputs]),
        Clip.NONE);
  }

  Path save(Path file) throws IOException {
    new QuantizedModel(graph).save(file);
    return file;
  }
}
