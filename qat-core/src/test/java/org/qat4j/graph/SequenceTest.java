package org.qat4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Sequences, codes whose scale is computed while running, and states, as graphs take them. */
class SequenceTest {
  private static final Shape SEQUENCE = Shape.of(2, 4);
  private static final Tensor.Type CODES =
      new Tensor.Codes(new QuantParams(0.5f, 0, IntRange.unsigned(8)));

  @Test
  void kind_ofEachRank_isItsOwn() {
    assertEquals(Shape.Kind.FEATURES, Shape.of(5).kind());
    assertEquals(Shape.Kind.SEQUENCE, SEQUENCE.kind());
    assertEquals(Shape.Kind.IMAGE, Shape.of(1, 2, 3).kind());
    assertThrows(IllegalArgumentException.class, () -> Shape.of());
    assertThrows(IllegalArgumentException.class, () -> Shape.of(1, 2, 3, 4));
  }

  @Test
  void sequence_asAnImage_hasItsFeaturesAsChannelsAndItsStepsAsRows() {
    assertEquals(4, SEQUENCE.channels());
    assertEquals(2, SEQUENCE.height());
    assertEquals(1, SEQUENCE.width());
    assertEquals(8, SEQUENCE.elements());
  }

  @ParameterizedTest
  @EnumSource(Shape.Kind.class)
  void position_ofAllElements_isEachPlaceOnceAndFollowsTheLastDimension(Shape.Kind kind) {
    Shape shape =
        switch (kind) {
          case FEATURES -> Shape.of(6);
          case SEQUENCE -> Shape.of(2, 3);
          case IMAGE -> Shape.of(1, 2, 3);
        };
    int place = 0;
    switch (kind) {
      case FEATURES -> {
        while (place < 6) {
          assertEquals(place, shape.position(place++, 0, 0));
        }
      }
      case SEQUENCE -> {
        while (place < 6) {
          assertEquals(place, shape.position(place % 3, place++ / 3, 0));
        }
      }
      case IMAGE -> {
        while (place < 6) {
          assertEquals(place, shape.position(0, place / 3, place++ % 3));
        }
      }
    }
  }

  static List<Op> ops() {
    return EveryOp.all();
  }

  /** Each operation gives a shape, or says that it has none of a sequence. */
  @ParameterizedTest
  @MethodSource("ops")
  void outputShape_ofASequence_isDefinedOrRefusedWithTheShape(Op op) {
    Arithmetic arithmetic = op.arithmetics().iterator().next();
    Tensor.Type type =
        switch (arithmetic) {
          case CODES -> CODES;
          case DYNAMIC_CODES -> new Tensor.DynamicCodes();
          case REALS -> new Tensor.Real();
        };
    Tensor x = new Tensor("x", SEQUENCE, type);
    List<Tensor> inputs = op instanceof JoinOp ? List.of(x, x) : List.of(x);
    if (op instanceof LinearOp.Dense) {
      assertEquals(Shape.of(2, 1), op.outputShape(inputs));
    } else if (op instanceof JoinOp.Concat) {
      assertEquals(Shape.of(2, 8), op.outputShape(inputs));
    } else if (op instanceof MoveOp.Flatten) {
      assertEquals(Shape.of(8), op.outputShape(inputs));
    } else if (op instanceof MoveOp.Steps) {
      assertEquals(Shape.of(1, 4), op.outputShape(inputs));
    } else if (keepsShape(op)) {
      assertEquals(SEQUENCE, op.outputShape(inputs));
    } else {
      var error = assertThrows(IllegalArgumentException.class, () -> op.outputShape(inputs));
      String message = error.getMessage();
      assertEquals("shape 2x4", message.substring(message.length() - 9), message);
    }
  }

  private static boolean keepsShape(Op op) {
    return op instanceof ConvertOp
        || op instanceof FunctionOp
        || op instanceof JoinOp
        || op instanceof ChannelOp.Softmax
        || op instanceof MoveOp.Identity;
  }

  @Test
  void node_thatHasNoSequences_isRefusedByNameOperationAndShape() {
    Graph.Builder graph = Graph.builder("g").input(new Tensor("x", SEQUENCE, CODES));
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                graph.node(
                    "pool", new PoolOp.MaxPool(Window.square(2, 2, 0)), List.of("x"), "y", CODES));
    assertEquals(
        "node 'pool' (MaxPool): needs an image [channels, height, width], got shape 2x4",
        error.getMessage());
  }

  @Test
  void input_whoseScaleIsComputedWhileRunning_isRefused() {
    Tensor dynamic = new Tensor("x", SEQUENCE, new Tensor.DynamicCodes());
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> Graph.builder("g").input(dynamic).build("x"));
    assertEquals(
        "input 'x' holds codes whose scale is computed while running, which callers cannot give or"
            + " get: use real numbers",
        error.getMessage());
  }

  @Test
  void dense_ofDynamicCodesToDynamicCodes_isRefused() {
    Weights weights = Weights.symmetric(new byte[4], new float[] {1}, IntRange.signed(8));
    Graph.Builder graph =
        Graph.builder("g")
            .input(Tensor.real("x", SEQUENCE))
            .node(
                "q", new ConvertOp.QuantizeDynamic(), List.of("x"), "c", new Tensor.DynamicCodes());
    Op dense = new LinearOp.Dense(weights, new Reals(1), Clip.NONE);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> graph.node("d", dense, List.of("c"), "y", new Tensor.DynamicCodes()));
    assertEquals(
        "node 'd' (Gemm): needs real numbers, but 'y' holds codes whose scale is computed while"
            + " running",
        error.getMessage());
  }

  @Test
  void dynamicWeights_whoseSumsCouldOverflow_areRefused() {
    Weights many = Weights.symmetric(new byte[70_000], new float[] {1}, IntRange.signed(8));
    assertThrows(
        IllegalArgumentException.class, () -> new LinearOp.Dense(many, new Reals(0), Clip.NONE));
  }

  private static Graph.Builder cell() {
    return Graph.builder("g")
        .input(Tensor.real("x", SEQUENCE))
        .input(Tensor.real("h", SEQUENCE))
        .node("add", new JoinOp.Add(Clip.NONE), List.of("x", "h"), "y", new Tensor.Real());
  }

  @Test
  void state_ofAnInputAndAnOutput_isNoInputOfCallersAndIsReadByTheNextCall() {
    Graph graph = cell().state("h", "y").build("y");
    assertEquals(List.of(graph.tensor("x")), graph.inputs());
    assertEquals(List.of(new Graph.State(graph.tensor("h"), graph.tensor("y"))), graph.states());
  }

  @Test
  void state_thatCouldNotBeKept_isRefused() {
    assertEquals(
        "state 'y' is no input, or the state of another output already",
        refusal(() -> cell().state("y", "y")));
    assertEquals(
        "state 'h' is no input, or the state of another output already",
        refusal(() -> cell().state("h", "y").state("h", "y")));
    assertEquals(
        "state 'h': no node computes 'x'; add an Identity of it",
        refusal(() -> cell().state("h", "x")));
    assertEquals("there is no tensor 'z'", refusal(() -> cell().state("h", "z")));
    assertEquals(
        "state 'h' is 2x4 of float32, but 'f' is 8 of float32",
        refusal(
            () ->
                cell()
                    .node("f", new MoveOp.Flatten(), List.of("y"), "f", new Tensor.Real())
                    .state("h", "f")));
    assertEquals(
        "graph 'g' needs at least one input and one output",
        refusal(() -> cell().state("h", "y").state("x", "y").build("y")));
  }

  private static String refusal(Runnable build) {
    return assertThrows(IllegalArgumentException.class, build::run).getMessage();
  }
}
