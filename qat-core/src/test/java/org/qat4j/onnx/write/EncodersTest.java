package org.qat4j.onnx.write;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.qat4j.graph.Op;
import org.qat4j.graph.RealOp;

/** Every operation can be written. */
class EncodersTest {

  @Test
  void encoders_coverTheClosedSetOfOperations() {
    assertEquals(leaves(Op.class), OpEncoder.ALL.keySet());
  }

  @Test
  void realEncoders_coverTheClosedSetOfOperationsOnRealNumbers() {
    assertEquals(leaves(RealOp.class), RealEncoder.ALL.keySet());
  }

  private static Set<Class<?>> leaves(Class<?> type) {
    return Arrays.stream(type.getPermittedSubclasses())
        .flatMap(sub -> sub.isRecord() ? Stream.of(sub) : leaves(sub).stream())
        .collect(Collectors.toSet());
  }
}
