package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Scan;

/**
 * A recurrent layer of standard operators: the product of the whole sequence with the input's
 * weights, then a Scan over time whose body multiplies the result of the step before and computes
 * the gates. The sequence lies time first in between, as Scan takes steps out fastest.
 *
 * <p>ONNX has an LSTM operator, but none of integers; of dequantized weights it would compute other
 * numbers, and in float.
 *
 * @param function of a simple layer; empty is an LSTM
 * @param peepholes of an LSTM
 * @param dynamic whether the sequence holds codes whose scale is computed while running
 * @param inputZeroPoints whether the input's weights have zero points
 * @param recurrentZeroPoints whether the recurrent weights have
 */
public record RecurrentForm(
    Optional<GateFunction> function,
    boolean peepholes,
    boolean dynamic,
    boolean inputZeroPoints,
    boolean recurrentZeroPoints,
    Scan scan) {
  public static final String SEQUENCE = "sequence";
  public static final String STATE = "state";
  public static final String MASK = "mask";

  /** Units of the layer, where it begins with zeros. */
  public static final String UNITS = "units";

  /** Units of each gate of an LSTM. */
  public static final String GATES = "gates";

  /** Scale and zero point of the sequence, behind its name. */
  public static final String SCALE = "_scale";

  public static final String ZERO_POINT = "_zero_point";
  public static final String INPUT = "input";
  public static final String RECURRENT = "recurrent";

  /** Behind {@link #INPUT} and {@link #RECURRENT}: inputs in the first dimension. */
  public static final String WEIGHT = "_weight";

  public static final String BIAS = "_bias";

  /** Of input, output and forget gate: {@link #PEEPHOLES}. */
  public static final List<String> PEEPHOLES = List.of("peephole_i", "peephole_o", "peephole_f");

  private static final DataType REAL = DataType.FLOAT;
  private static final AttributeProto TIME_FIRST = OnnxNodes.integers("perm", 1, 0, 2);

  private boolean isLstm() {
    return function.isEmpty();
  }

  /** The nodes, the first of which reads the sequence. */
  public Form form() {
    Form.Builder form = new Form.Builder();
    String steps = form.node("Transpose", "steps", List.of(SEQUENCE), TIME_FIRST);
    String sums = product(form, steps, SEQUENCE, INPUT, inputZeroPoints);
    List<String> operands = new ArrayList<>(begin(form));
    operands.add(sums);
    if (scan.masked()) {
      String valid = cast(form, "valid", MASK, DataType.BOOL);
      operands.add(form.node("Transpose", "valid_steps", List.of(valid), TIME_FIRST));
    }
    NodeProto.Builder loop = OnnxNodes.node("Scan", "", "last_h").addAllInput(operands);
    if (isLstm()) {
      loop.addOutput("last_c");
    }
    form.node(loop.addOutput("results").addAllAttribute(attributes()));
    String results = form.node("Transpose", "rows", List.of("results"), TIME_FIRST);
    if (!isLstm()) {
      return form.form(results);
    }
    String axes = form.integers("row_axes", OnnxNodes.TIME_AXIS);
    String cells = form.node("Unsqueeze", "cells", List.of("last_c", axes));
    return form.form(
        form.node(
            "Concat",
            "result",
            List.of(results, cells),
            OnnxNodes.integer("axis", OnnxNodes.TIME_AXIS)));
  }

  private List<AttributeProto> attributes() {
    int inputs = scan.masked() ? 2 : 1;
    List<AttributeProto> attributes =
        new ArrayList<>(List.of(body(), OnnxNodes.integer("num_scan_inputs", inputs)));
    if (scan.reversed()) {
      long[] directions = scan.masked() ? new long[] {1, 1} : new long[] {1};
      attributes.add(OnnxNodes.integers("scan_input_directions", directions));
      attributes.add(OnnxNodes.integers("scan_output_directions", 1));
    }
    return attributes;
  }

  /** The state at the beginning, one tensor for each of its rows. */
  private List<String> begin(Form.Builder form) {
    if (!scan.resumed()) {
      String sizes = form.node("Shape", "sizes", List.of(SEQUENCE));
      String first = form.integers("first", 0);
      String batch =
          form.node("Gather", "batch", List.of(sizes, first), OnnxNodes.integer("axis", 0));
      String shape =
          form.node("Concat", "shape", List.of(batch, UNITS), OnnxNodes.integer("axis", 0));
      String zeros = form.node("ConstantOfShape", "zeros", List.of(shape));
      return isLstm() ? List.of(zeros, zeros) : List.of(zeros);
    }
    String axes = form.integers("state_axes", OnnxNodes.TIME_AXIS);
    if (!isLstm()) {
      return List.of(form.node("Squeeze", "first_h", List.of(STATE, axes)));
    }
    String parts = form.integers("state_rows", 1, 1);
    form.node(
        OnnxNodes.node("Split", "", "row_h", STATE, parts)
            .addOutput("row_c")
            .addAttribute(OnnxNodes.integer("axis", OnnxNodes.TIME_AXIS)));
    return List.of(
        form.node("Squeeze", "first_h", List.of("row_h", axes)),
        form.node("Squeeze", "first_c", List.of("row_c", axes)));
  }

  /** The dense layer of one operand. */
  private String product(
      Form.Builder form, String operand, String codes, String weights, boolean zeroPoints) {
    String bias = weights + BIAS;
    String name = weights + "_sums";
    if (!dynamic) {
      String sums = form.node("MatMul", name, List.of(operand, weights + WEIGHT));
      return form.node("Add", weights + "_reals", List.of(sums, bias));
    }
    List<String> operands = new ArrayList<>(List.of(operand, weights + WEIGHT, codes + ZERO_POINT));
    if (zeroPoints) {
      operands.add(weights + WEIGHT + ZERO_POINT);
    }
    String sums = form.node("MatMulInteger", name, operands);
    String reals = cast(form, weights + "_real_sums", sums, REAL);
    String scale =
        form.node("Mul", weights + "_scale", List.of(codes + SCALE, weights + WEIGHT + SCALE));
    String scaled = form.node("Mul", weights + "_scaled", List.of(reals, scale));
    return form.node("Add", weights + "_reals", List.of(scaled, bias));
  }

  private static String cast(Form.Builder form, String output, String input, DataType type) {
    return form.node("Cast", output, List.of(input), OnnxNodes.integer("to", type.getNumber()));
  }

  private AttributeProto body() {
    Form.Builder body = new Form.Builder();
    String operand = "h";
    if (dynamic) {
      body.node(
          OnnxNodes.node("DynamicQuantizeLinear", "", "h_codes", "h")
              .addOutput("h" + SCALE)
              .addOutput("h" + ZERO_POINT));
      operand = "h_codes";
    }
    String own = product(body, operand, "h", RECURRENT, recurrentZeroPoints);
    String sums = body.node("Add", "sums", List.of("read", own));
    List<ValueInfoProto> inputs = new ArrayList<>(List.of(Form.value("h", REAL)));
    List<ValueInfoProto> outputs = new ArrayList<>();
    if (isLstm()) {
      inputs.add(Form.value("c", REAL));
      cells(body, sums);
      outputs.add(Form.value(next(body, "h"), REAL));
      outputs.add(Form.value(next(body, "c"), REAL));
    } else {
      body.node(name(function.orElseThrow()), "new_h", List.of(sums));
      outputs.add(Form.value(next(body, "h"), REAL));
    }
    String result = body.node("Identity", "result_h", List.of(outputs.get(0).getName()));
    outputs.add(Form.value(result, REAL));
    inputs.add(Form.value("read", REAL));
    if (scan.masked()) {
      inputs.add(Form.value("is_valid", DataType.BOOL));
    }
    return body.body(inputs, outputs);
  }

  /** What a row of the state is in the next step: zeros behind a masked one. */
  private String next(Form.Builder body, String row) {
    if (!scan.masked()) {
      return "new_" + row;
    }
    String zero = body.node("Constant", "no_" + row, List.of(), OnnxNodes.real("value_float", 0));
    return body.node("Where", "next_" + row, List.of("is_valid", "new_" + row, zero));
  }

  private void cells(Form.Builder body, String sums) {
    body.node(
        OnnxNodes.node("Split", "", "sum_i", sums, GATES)
            .addOutput("sum_o")
            .addOutput("sum_f")
            .addOutput("sum_g")
            .addAttribute(OnnxNodes.integer("axis", 1)));
    String in = gate(body, "i", 0, "c");
    String forget = gate(body, "f", 2, "c");
    String candidate = body.node("Tanh", "g", List.of("sum_g"));
    String kept = body.node("Mul", "kept", List.of(forget, "c"));
    String learnt = body.node("Mul", "learnt", List.of(in, candidate));
    String cells = body.node("Add", "new_c", List.of(kept, learnt));
    String out = gate(body, "o", 1, cells);
    String open = body.node("Tanh", "open", List.of(cells));
    body.node("Mul", "new_h", List.of(out, open));
  }

  private String gate(Form.Builder body, String gate, int peephole, String cells) {
    String sum = "sum_" + gate;
    if (peepholes) {
      String seen = body.node("Mul", "seen_" + gate, List.of(PEEPHOLES.get(peephole), cells));
      sum = body.node("Add", "all_" + gate, List.of(sum, seen));
    }
    return body.node("Sigmoid", gate, List.of(sum));
  }

  private static String name(GateFunction function) {
    return switch (function) {
      case SIGMOID -> "Sigmoid";
      case TANH -> "Tanh";
      case RELU -> "Relu";
      case IDENTITY -> "Identity";
    };
  }
}
