package org.qat4j.runtime.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.EveryOp;
import org.qat4j.graph.Op;

class DefinitionTest {

  @ParameterizedTest
  @EnumSource(Arithmetic.class)
  void definitions_ofAnArithmetic_areOfTheOperationsThatSayTheyHaveIt(Arithmetic arithmetic) {
    assertEquals(
        EveryOp.in(arithmetic),
        EveryOp.all().stream()
            .map(Op::getClass)
            .filter(op -> Definition.of(op, arithmetic).isPresent())
            .collect(Collectors.toSet()));
  }
}
