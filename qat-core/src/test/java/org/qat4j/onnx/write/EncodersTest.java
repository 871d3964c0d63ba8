package org.qat4j.onnx.write;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.EveryOp;

/** Every operation can be written. */
class EncodersTest {

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void encoders_ofAnArithmetic_coverTheClosedSetOfOperations(Arithmetic arithmetic) {
    EveryOp.in(arithmetic).forEach(op -> assertDoesNotThrow(() -> OpEncoder.of(op, arithmetic)));
  }
}
