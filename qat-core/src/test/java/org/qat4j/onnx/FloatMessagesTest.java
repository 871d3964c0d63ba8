package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.onnx.read.OnnxReader;

/** Where float is allowed, it is no reason for a refusal. */
class FloatMessagesTest {
  @ParameterizedTest(name = "{0} of {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "Sin|x_dq|is not supported; supported operators: Add, AveragePool, BatchNormalization, ",
        "Relu|x_q|its input 'x_q' is codes; put it between DequantizeLinear and QuantizeLinear",
        "GlobalAveragePool|x_q|reads 'x_q', codes; its input must come from a DequantizeLinear",
        "LeakyRelu|x_q|reads 'x_q', codes; its input must come from a DequantizeLinear",
        "Sigmoid|x_q|reads 'x_q', codes, expected real numbers",
        "Cast|x_dq|casts dequantized codes to data type UNDEFINED, expected an activation to FLOAT",
        "Gather|x_dq|has 1 inputs, expected 2",
      })
  void refusal_withFloatAllowed_givesTheRealReason(String op, String input, String reason) {
    byte[] bytes =
        new ModelBuilder()
            .input("x", 0, 2, 3, 3)
            .qdq("x", 0.5f)
            .node(op, List.of(input), "y")
            .anyOutput("y")
            .bytes();
    String message =
        assertThrows(OnnxFormatException.class, () -> OnnxReader.readAllowingFloat(bytes, "m.onnx"))
            .getMessage();
    Refusals.assertStarts(
        "m.onnx: node '" + op.toLowerCase(java.util.Locale.ROOT) + ":y' (" + op + "): " + reason,
        message);
    assertEquals(false, message.contains("in float") || message.contains("in integers"), message);
  }

  @ParameterizedTest
  @CsvSource({"QuantizeLinear, precision, 10", "DequantizeLinear, output_dtype, 10"})
  void otherPrecision_ofOpset23_isRefused(String op, String attribute, long type) {
    ModelBuilder model = Refusals.vector().opset(23);
    String input = op.equals("QuantizeLinear") ? "x" : "x_q";
    model.node(op, List.of(input, "x_s", "x_z"), "y", OnnxNodes.integer(attribute, type));
    assertEquals(
        "m.onnx: node '"
            + op.toLowerCase(java.util.Locale.ROOT)
            + ":y' ("
            + op
            + "): has "
            + attribute
            + " FLOAT16, expected FLOAT",
        Refusals.message(model.anyOutput("y")));
  }
}
