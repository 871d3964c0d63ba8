package org.qat4j.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.qat4j.scheme.IntRange;

class RecurrentOpTest {
  private static final int UNITS = 3;
  private static final int FEATURES = 2;
  private static final int TIME = 5;

  private static Coefficients real(int rows, int columns) {
    return new Coefficients.OfReals(
        new Reals(new float[rows * columns]), new Reals(new float[rows]));
  }

  private static Coefficients dynamic(int rows, int columns) {
    float[] scales = new float[rows];
    Arrays.fill(scales, 1);
    Weights weights = Weights.symmetric(new byte[rows * columns], scales, IntRange.signedNarrow(8));
    return new Coefficients.OfDynamicCodes(weights, new Reals(new float[rows]));
  }

  private static RecurrentOp lstm(Scan scan) {
    return new RecurrentOp.Lstm(
        real(4 * UNITS, FEATURES), real(4 * UNITS, UNITS), Optional.empty(), scan);
  }

  private static Tensor tensor(String name, int... dims) {
    return Tensor.real(name, Shape.of(dims));
  }

  private static void assertRefused(String message, Executable executable) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, executable).getMessage());
  }

  @Test
  void lstm_givesARowForEachStepAndOneOfCells() {
    Tensor x = tensor("x", TIME, FEATURES);
    Tensor state = tensor("s", 2, UNITS);
    Tensor mask = tensor("m", TIME, 1);
    Shape expected = Shape.of(TIME + 1, UNITS);
    Scan resumed = Scan.REVERSED.fromState();
    assertEquals(expected, lstm(Scan.FORWARD).outputShape(List.of(x)));
    assertEquals(expected, lstm(resumed).outputShape(List.of(x, state)));
    assertEquals(expected, lstm(resumed.underMask()).outputShape(List.of(x, state, mask)));
    assertEquals(expected, lstm(Scan.FORWARD.underMask()).outputShape(List.of(x, mask)));
    assertEquals(TIME * 4L * UNITS * (FEATURES + UNITS), lstm(Scan.FORWARD).macs(List.of(x)));
  }

  @Test
  void simpleRnn_givesARowForEachStep() {
    Op rnn =
        new RecurrentOp.SimpleRnn(
            dynamic(UNITS, FEATURES), dynamic(UNITS, UNITS), GateFunction.TANH, Scan.FORWARD);
    Tensor x = new Tensor("x", Shape.of(TIME, FEATURES), new Tensor.DynamicCodes());
    assertEquals(Shape.of(TIME, UNITS), rnn.outputShape(List.of(x)));
  }

  @Test
  void operands_thatDoNotFit_areRefusedWithTheirShapes() {
    Tensor x = tensor("x", TIME, FEATURES);
    assertRefused(
        "needs a sequence of 2 features, got shape 5x3",
        () -> lstm(Scan.FORWARD).outputShape(List.of(tensor("x", TIME, 3))));
    assertRefused(
        "needs 2 inputs, got 1", () -> lstm(Scan.FORWARD.fromState()).outputShape(List.of(x)));
    assertRefused(
        "the state 's' must have shape 2x3, got shape 1x3",
        () -> lstm(Scan.FORWARD.fromState()).outputShape(List.of(x, tensor("s", 1, UNITS))));
    assertRefused(
        "the mask 'm' must have shape 5x1, got shape 4x1",
        () -> lstm(Scan.FORWARD.underMask()).outputShape(List.of(x, tensor("m", 4, 1))));
  }

  @Test
  void weights_thatDoNotFit_areRefused() {
    assertRefused(
        "weights of 4 gates must be [gates * units, features] and [gates * units, units],"
            + " got [12, 2] and [12, 2]",
        () -> new RecurrentOp.Lstm(real(12, 2), real(12, 2), Optional.empty(), Scan.FORWARD));
    assertRefused(
        "the input's weights are for real numbers, the recurrent ones for codes whose scale is"
            + " computed while running",
        () -> new RecurrentOp.Lstm(real(12, 2), dynamic(12, 3), Optional.empty(), Scan.FORWARD));
    assertRefused(
        "9 peephole weights expected, got 3",
        () ->
            new RecurrentOp.Lstm(
                real(12, 2), real(12, 3), Optional.of(new Reals(1, 2, 3)), Scan.FORWARD));
  }

  @Test
  void steps_countFromEitherEnd() {
    List<Tensor> x = List.of(tensor("x", TIME, FEATURES));
    assertEquals(Shape.of(4, FEATURES), MoveOp.Steps.allButLast(1).outputShape(x));
    assertEquals(Shape.of(2, FEATURES), MoveOp.Steps.last(2).outputShape(x));
    assertEquals(Shape.of(3, FEATURES), MoveOp.Steps.first(3).outputShape(x));
    assertEquals(3, MoveOp.Steps.last(2).from(TIME));
    assertRefused(
        "needs a sequence that has steps -1 to 4, got shape 5x2",
        () -> MoveOp.Steps.last(6).outputShape(x));
    assertRefused(
        "needs a sequence that has steps 0 to 5, got shape 5x2",
        () -> MoveOp.Steps.first(6).outputShape(x));
  }

  @Test
  void embedding_ofOneIndexEach_givesVectors() {
    Embedding embedding = new Embedding(new Table.OfReals(new Reals(1, 2, 3, 4, 5, 6), 2));
    assertEquals(Shape.of(7, 2), embedding.outputShape(List.of(tensor("x", 7, 1))));
    assertEquals(Shape.of(2), embedding.outputShape(List.of(tensor("x", 1))));
    assertRefused(
        "needs one word index, or one at each step, got shape 7x2",
        () -> embedding.outputShape(List.of(tensor("x", 7, 2))));
    for (float index : new float[] {-1, 0.5f, 3, Float.NaN}) {
      assertRefused(
          "word index " + index + " is none of the integers 0 to 2", () -> embedding.word(index));
    }
  }

  @Test
  void graphWithSteps_hasTheSameOperationsOnAnotherLength() {
    Graph graph =
        Graph.builder("g")
            .input(tensor("x", TIME, FEATURES))
            .input(tensor("s", 2, UNITS))
            .node("lstm", lstm(Scan.FORWARD.fromState()), List.of("x", "s"), "y", new Tensor.Real())
            .node("last", MoveOp.Steps.last(2), List.of("y"), "n", new Tensor.Real())
            .state("s", "n")
            .build("y");
    Graph one = graph.withSteps(1);
    assertEquals(Shape.of(2, UNITS), one.tensor("y").shape());
    assertEquals(graph.states(), one.states());
    assertSame(graph.nodes().get(0).op(), one.nodes().get(0).op());
    Graph image =
        Graph.builder("i")
            .input(tensor("x", 1, 2, 2))
            .node("copy", new MoveOp.Identity(), List.of("x"), "y", new Tensor.Real())
            .build("y");
    assertRefused("graph 'i' reads no sequence", () -> image.withSteps(2));
  }
}
