package org.qat4j.gpu;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class AbsentBackendTest {

  /** There is no CUDA backend yet; asking for it must not end on the CPU. */
  @Test
  void open_backendThatIsAbsent_isRefusedWithThosePresent() {
    QuantParams params = new QuantParams(1f, 0, IntRange.unsigned(8));
    Graph graph =
        Graph.builder("g")
            .input(Tensor.real("x", Shape.of(4)))
            .node("q", new ConvertOp.Quantize(), List.of("x"), "codes", new Tensor.Codes(params))
            .node("d", new ConvertOp.Dequantize(), List.of("codes"), "y", new Tensor.Real())
            .build("y");
    SessionOptions cuda = SessionOptions.DEFAULT.withBackend("cuda");
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> InferenceSession.open(new QuantizedModel(graph), cuda));
    assertTrue(error.getMessage().contains("cuda"), error.getMessage());
    assertTrue(error.getMessage().contains("reference"), error.getMessage());
  }
}
