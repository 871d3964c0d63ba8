package org.qat4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.PoolOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class NodeDecisionTest {
  private static final Tensor.Type CODES =
      new Tensor.Codes(new QuantParams(0.01f, 0, IntRange.unsigned(8)));

  @Test
  void of_eachNode_saysWhoseScaleItHasAndWhatIsFused() {
    Graph graph =
        Graph.builder("decisions")
            .input(Tensor.real("image", Shape.of(1, 4, 4)))
            .node("codes", new ConvertOp.Quantize(), List.of("image"), "codes", CODES)
            .node(
                "pool", new PoolOp.MaxPool(Window.square(2, 2, 0)), List.of("codes"), "pool", CODES)
            .node("pad", new MoveOp.Pad(1, 1, 1, 1), List.of("pool"), "pad", CODES)
            .node("sum", new JoinOp.Add(Clip.RELU), List.of("codes", "pad"), "sum", CODES)
            .node("mean", new PoolOp.GlobalAveragePool(), List.of("sum"), "mean", CODES)
            .node("real", new ConvertOp.Dequantize(), List.of("mean"), "real", new Tensor.Real())
            .build("real");
    assertEquals(
        List.of(
            "own scale: real numbers become codes",
            "scale of codes: codes are only chosen or moved",
            "scale of pool: codes are only added or repeated",
            "own scale, to which each input is requantized; relu fused: rounding clamps anyway",
            "own scale",
            "float32: behind the last code"),
        graph.nodes().stream().map(node -> NodeDecision.of(graph, node)).toList());
  }
}
