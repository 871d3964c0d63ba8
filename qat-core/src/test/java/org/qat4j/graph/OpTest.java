package org.qat4j.graph;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class OpTest {
  private static final Tensor.Type CODES =
      new Tensor.Codes(new QuantParams(0.5f, 0, IntRange.unsigned(8)));
  private static final Tensor.Type OTHER_CODES =
      new Tensor.Codes(new QuantParams(0.25f, 3, IntRange.unsigned(8)));

  static List<Op> ops() {
    return EveryOp.all();
  }

  private static Tensor.Type type(Arithmetic arithmetic) {
    return switch (arithmetic) {
      case CODES -> CODES;
      case DYNAMIC_CODES -> new Tensor.DynamicCodes();
      case REALS -> new Tensor.Real();
    };
  }

  /** As many operands of a shape that fits as the operation takes. */
  private static List<Tensor> operands(Op op, Arithmetic arithmetic) {
    return EveryOp.operands(op, type(arithmetic));
  }

  private static Tensor output(Op op, Arithmetic arithmetic, Tensor.Type type) {
    return new Tensor("y", op.outputShape(operands(op, arithmetic)), type);
  }

  @Test
  void everyOp_isTheClosedSet() {
    assertEquals(
        EveryOp.records(), EveryOp.all().stream().map(Op::getClass).collect(Collectors.toSet()));
  }

  @ParameterizedTest
  @MethodSource("ops")
  void outputShape_inAnArithmeticThatIsNotItsOwn_isRefused(Op op) {
    Set<Arithmetic> others = EnumSet.allOf(Arithmetic.class);
    others.removeAll(op.arithmetics());
    op.arithmetics().forEach(own -> op.outputShape(operands(op, own)));
    for (Arithmetic other : others) {
      var error =
          assertThrows(IllegalArgumentException.class, () -> op.outputShape(operands(op, other)));
      assertTrue(error.getMessage().startsWith("needs "), error.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("ops")
  void movesCodes_isWhetherTheOutputMustHaveTheInputsParameters(Op op) {
    for (Arithmetic arithmetic : op.arithmetics()) {
      List<Tensor> inputs = operands(op, arithmetic);
      if (op.movesCodes()) {
        op.checkOutput(inputs, output(op, arithmetic, type(arithmetic)));
        Tensor other = output(op, arithmetic, OTHER_CODES);
        assertThrows(IllegalArgumentException.class, () -> op.checkOutput(inputs, other));
      } else {
        assertTrue(
            takes(op, arithmetic, OTHER_CODES)
                || takes(op, arithmetic, new Tensor.DynamicCodes())
                || takes(op, arithmetic, new Tensor.Real()));
      }
    }
  }

  private static boolean takes(Op op, Arithmetic arithmetic, Tensor.Type type) {
    try {
      op.checkOutput(operands(op, arithmetic), output(op, arithmetic, type));
      return true;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  @Test
  void requireSameArithmetic_ofMixedOperands_isRefused() {
    List<Tensor> mixed =
        List.of(new Tensor("x", Shape.of(4), CODES), Tensor.real("r", Shape.of(4)));
    for (Op op : List.of(new JoinOp.Add(Clip.NONE), new JoinOp.Concat())) {
      var error = assertThrows(IllegalArgumentException.class, () -> op.outputShape(mixed));
      assertEquals(
          "needs codes, but 'r' holds real numbers: quantize it first", error.getMessage());
    }
  }

  @Test
  void add_ofRealNumbers_repeatsSizesOf1WhichCodesMayNot() {
    Op add = new JoinOp.Add(Clip.NONE);
    Shape image = Shape.of(3, 4, 4);
    Shape pixel = Shape.of(3, 1, 1);
    assertEquals(image, add.outputShape(List.of(Tensor.real("a", image), Tensor.real("b", pixel))));
    List<Tensor> codes = List.of(new Tensor("a", image, CODES), new Tensor("b", pixel, CODES));
    assertThrows(IllegalArgumentException.class, () -> add.outputShape(codes));
  }

  @Test
  void leakyRelu_ofNegativeSlope_isDefinedOnRealNumbersOnly() {
    Op op = new FunctionOp.LeakyRelu(-1);
    assertDoesNotThrow(() -> op.outputShape(operands(op, Arithmetic.REALS)));
    var error =
        assertThrows(
            IllegalArgumentException.class, () -> op.outputShape(operands(op, Arithmetic.CODES)));
    assertEquals("slope must be finite and >= 0, got -1.0", error.getMessage());
  }

  @Test
  void padAndUpsample_ofNoSize_areRefusedBeforeTheirOperandIsKnown() {
    assertThrows(IllegalArgumentException.class, () -> new MoveOp.Pad(0, 0, -1, 0));
    assertThrows(IllegalArgumentException.class, () -> new MoveOp.Upsample(0, 1));
  }

  @Test
  void coefficients_ofTheOtherArithmetic_areRefused() {
    for (Op op : EveryOp.all()) {
      op.weights().forEach(OpTest::assertOnlyOwn);
    }
  }

  private static void assertOnlyOwn(Coefficients weights) {
    switch (weights.arithmetic()) {
      case CODES -> {
        assertEquals(4, weights.codes().weights().count());
        assertThrows(IllegalStateException.class, weights::reals);
      }
      case DYNAMIC_CODES -> {
        assertEquals(4, weights.dynamicCodes().weights().count());
        assertThrows(IllegalStateException.class, weights::codes);
        assertThrows(IllegalStateException.class, weights::reals);
      }
      case REALS -> {
        assertEquals(4, weights.reals().weights().length());
        assertThrows(IllegalStateException.class, weights::codes);
      }
    }
    assertEquals(4, weights.count());
  }
}
