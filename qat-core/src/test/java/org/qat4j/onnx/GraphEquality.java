package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Node;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Table;
import org.qat4j.graph.Weights;

/** Two graphs are equal if every name, operation, code, scale, parameter and shape is. */
final class GraphEquality {
  private GraphEquality() {}

  static void assertEqual(Graph expected, Graph actual) {
    assertEquals(expected.name(), actual.name());
    assertEquals(describe(expected), describe(actual));
    assertEquals(expected.inputs(), actual.inputs());
    assertEquals(expected.outputs(), actual.outputs());
    assertEquals(List.copyOf(expected.tensors()), List.copyOf(actual.tensors()));
    assertEquals(expected.states(), actual.states());
    for (int i = 0; i < expected.nodes().size(); i++) {
      assertEqual(expected.nodes().get(i), actual.nodes().get(i));
    }
  }

  private static List<String> describe(Graph graph) {
    return graph.nodes().stream()
        .map(
            node ->
                node.name()
                    + " "
                    + node.op().onnxName()
                    + node.inputs()
                    + " -> "
                    + graph.outputOf(node))
        .toList();
  }

  private static void assertEqual(Node expected, Node actual) {
    if (expected.op() instanceof LinearOp.Conv a && actual.op() instanceof LinearOp.Conv b) {
      assertEquals(a.window(), b.window(), expected.name());
      assertEquals(a.groups(), b.groups(), expected.name());
      assertEquals(a.clip(), b.clip(), expected.name());
      assertEqual(expected.name(), a.coefficients(), b.coefficients());
    } else if (expected.op() instanceof LinearOp.Dense a
        && actual.op() instanceof LinearOp.Dense b) {
      assertEquals(a.clip(), b.clip(), expected.name());
      assertEqual(expected.name(), a.coefficients(), b.coefficients());
    } else if (expected.op() instanceof RecurrentOp a && actual.op() instanceof RecurrentOp b) {
      assertEquals(a.getClass(), b.getClass(), expected.name());
      assertEquals(a.scan(), b.scan(), expected.name());
      assertEqual(expected.name(), a.input(), b.input());
      assertEqual(expected.name(), a.recurrent(), b.recurrent());
      assertEquals(rest(a), rest(b), expected.name());
    } else if (expected.op() instanceof Embedding a
        && actual.op() instanceof Embedding b
        && a.table() instanceof Table.OfCodes rows
        && b.table() instanceof Table.OfCodes others) {
      assertEqual(expected.name(), rows.weights(), others.weights());
    } else {
      assertEquals(expected.op(), actual.op(), expected.name());
    }
  }

  private static Object rest(RecurrentOp op) {
    return op instanceof RecurrentOp.Lstm lstm
        ? lstm.peepholes()
        : ((RecurrentOp.SimpleRnn) op).activation();
  }

  private static void assertEqual(String node, Coefficients expected, Coefficients actual) {
    assertEquals(expected.arithmetic(), actual.arithmetic(), node);
    switch (expected.arithmetic()) {
      case CODES -> {
        assertEqual(node, expected.codes().weights(), actual.codes().weights());
        assertArrayEquals(expected.codes().bias().codes(), actual.codes().bias().codes(), node);
      }
      case DYNAMIC_CODES -> {
        assertEqual(node, expected.dynamicCodes().weights(), actual.dynamicCodes().weights());
        assertEquals(expected.dynamicCodes().bias(), actual.dynamicCodes().bias(), node);
      }
      case REALS -> assertEquals(expected, actual, node);
    }
  }

  private static void assertEqual(String node, Weights a, Weights b) {
    assertArrayEquals(a.wideCodesOihw(), b.wideCodesOihw(), node);
    assertArrayEquals(a.scales(), b.scales(), node);
    assertArrayEquals(a.zeroPoints(), b.zeroPoints(), node);
    assertEquals(a.range(), b.range(), node);
  }
}
