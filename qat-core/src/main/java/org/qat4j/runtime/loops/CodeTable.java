package org.qat4j.runtime.loops;

import org.qat4j.graph.Clip;
import org.qat4j.graph.Requantization;
import org.qat4j.runtime.Buffer;
import org.qat4j.runtime.ElementType;
import org.qat4j.scheme.QuantParams;

/** Functions of one 8-bit code, tabulated by its byte in memory. */
final class CodeTable {
  private CodeTable() {}

  /** A real function of a code. */
  @FunctionalInterface
  interface OfCode {
    float apply(int code);
  }

  static float[] of(Buffer buffer, OfCode function) {
    float[] table = new float[256];
    for (int i = 0; i < table.length; i++) {
      int code = buffer.type() == ElementType.S8 ? (byte) i : i;
      table[i] = function.apply(code);
    }
    return table;
  }

  /** The codes of the same values under the output's parameters. */
  static byte[] requantize(Buffer input, Buffer output, Clip clip) {
    QuantParams in = input.tensor().params();
    Requantization requantization = Requantization.mean(1, in, output.tensor().params(), clip);
    float[] codes = of(input, code -> requantization.code(0, code - in.zeroPoint()));
    byte[] table = new byte[codes.length];
    for (int i = 0; i < table.length; i++) {
      table[i] = (byte) (int) codes[i];
    }
    return table;
  }
}
