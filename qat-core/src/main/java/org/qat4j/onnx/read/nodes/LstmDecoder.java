package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.RealConstant;
import org.qat4j.onnx.read.values.TimeFirst;
import org.qat4j.onnx.read.values.Value;

/**
 * Reads LSTM, whose weights are real numbers, and ONNX Runtime's DynamicQuantizeLSTM, whose weights
 * are codes with inputs in the first dimension. Both begin with zeros.
 */
final class LstmDecoder {
  private static final List<String> FUNCTIONS = List.of("Sigmoid", "Tanh", "Tanh");
  private static final int GATES = RecurrentOp.Lstm.GATES;

  private final OnnxNode node;
  private final Decoding decoding;
  private final int directions;
  private final boolean reversed;
  private final int units;

  private LstmDecoder(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    this.node = node;
    this.decoding = decoding;
    String direction = node.text("direction", "forward");
    this.directions = direction.equals("bidirectional") ? 2 : 1;
    this.reversed = direction.equals("reverse");
    long hidden = node.integer("hidden_size", 0);
    requireKnown(direction);
    if (hidden < 1 || hidden > 1 << 20) {
      throw node.error("has hidden_size " + hidden + ", expected 1 to " + (1 << 20));
    }
    this.units = (int) hidden;
  }

  private void requireKnown(String direction) throws OnnxFormatException {
    List<String> functions =
        node.attribute("activations")
            .map(a -> a.getStringsList().stream().map(s -> s.toStringUtf8()).toList())
            .orElse(List.of());
    boolean usual =
        functions.isEmpty()
            || functions.equals(FUNCTIONS)
            || functions.equals(List.of("Sigmoid", "Tanh", "Tanh", "Sigmoid", "Tanh", "Tanh"));
    boolean known =
        List.of("forward", "reverse", "bidirectional").contains(direction)
            && usual
            && node.attribute("clip").isEmpty()
            && node.integer("input_forget", 0) == 0
            && node.integer("layout", 0) == 0;
    if (!known) {
      throw node.error(
          "has direction "
              + direction
              + ", activations "
              + functions
              + ", layout "
              + node.integer("layout", 0)
              + " and "
              + node.proto().getAttributeList().stream().map(AttributeProto::getName).toList()
              + "; supported are the usual activations "
              + FUNCTIONS
              + " without clip and input_forget, in layout 0");
    }
    if (node.hasInput(4)) {
      throw node.error("has sequence_lens; leave them out, and mask the results");
    }
    requireZeros(5);
    requireZeros(6);
  }

  private void requireZeros(int index) throws OnnxFormatException {
    if (!node.hasInput(index)) {
      return;
    }
    Value value = decoding.value(node, index);
    boolean zeros =
        value instanceof TimeFirst.Zeros
            || (value instanceof Value.Fixed fixed
                && fixed.constant().type() == DataType.FLOAT
                && isZero(fixed.constant()));
    if (!zeros) {
      throw node.error(
          "begins with the state '"
              + node.input(index)
              + "', "
              + value.kind()
              + ", expected zeros; leave it out, and keep state between calls with a model written here");
    }
  }

  private boolean isZero(Constant constant) throws OnnxFormatException {
    decoding.budget().spend(node, constant.count());
    for (int i = 0; i < constant.count(); i++) {
      if (constant.at(i) != 0) {
        return false;
      }
    }
    return true;
  }

  static void real(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(3, 8);
    new LstmDecoder(node, decoding).decode(false);
  }

  static void dynamic(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(3, 12);
    for (int i = 8; i < 12; i++) {
      if (!node.hasInput(i)) {
        throw node.error("input " + i + " is left out, but it is not optional");
      }
    }
    new LstmDecoder(node, decoding).decode(true);
  }

  private void decode(boolean dynamic) throws OnnxFormatException {
    Tensor x = sequence();
    if (dynamic) {
      String name = decoding.tensorName(node.output() + "/codes");
      x = emit(new ConvertOp.QuantizeDynamic(), List.of(x), name, new Tensor.DynamicCodes());
    }
    List<Tensor> results = new ArrayList<>();
    List<Tensor> outputs = new ArrayList<>();
    List<Tensor> cells = new ArrayList<>();
    for (int d = 0; d < directions; d++) {
      Scan scan = reversed || d == 1 ? Scan.REVERSED : Scan.FORWARD;
      Tensor all = layer(x, d, dynamic, scan);
      Tensor steps = real(MoveOp.Steps.allButLast(1), all, "/results");
      results.add(steps);
      if (isUsed(1)) {
        MoveOp.Steps last = scan.reversed() ? MoveOp.Steps.first(1) : MoveOp.Steps.last(1);
        outputs.add(flat(real(last, steps, "/last")));
      }
      if (isUsed(2)) {
        cells.add(flat(real(MoveOp.Steps.last(1), all, "/cells")));
      }
    }
    define(0, new TimeFirst.Results(results, false));
    define(1, new TimeFirst.State(outputs));
    define(2, new TimeFirst.State(cells));
  }

  private Tensor sequence() throws OnnxFormatException {
    if (decoding.value(node, 0) instanceof TimeFirst.Sequence sequence) {
      return sequence.tensor();
    }
    throw node.error(
        "reads '"
            + node.input(0)
            + "', "
            + decoding.value(node, 0).kind()
            + ", as [time, batch, features]; export the model with the batch first, so that a"
            + " Transpose of [batch, time, features] is in front");
  }

  private boolean isUsed(int output) {
    String name = node.output(output);
    return !name.isEmpty() && (decoding.isOutput(name) || !decoding.consumers(name).isEmpty());
  }

  private void define(int output, Value value) throws OnnxFormatException {
    if (!node.output(output).isEmpty()) {
      decoding.define(node.output(output), value);
    }
  }

  private Tensor flat(Tensor row) throws OnnxFormatException {
    return real(new MoveOp.Flatten(), row, "/flat");
  }

  private Tensor real(Op op, Tensor input, String suffix) throws OnnxFormatException {
    String name = decoding.tensorName(node.output() + suffix);
    return emit(op, List.of(input), name, new Tensor.Real());
  }

  private Tensor emit(Op op, List<Tensor> inputs, String output, Tensor.Type type)
      throws OnnxFormatException {
    return decoding.emit(node, op, inputs, output, type);
  }

  private Tensor layer(Tensor x, int direction, boolean dynamic, Scan scan)
      throws OnnxFormatException {
    try {
      Reals[] biases = biases(direction);
      Coefficients input = coefficients(1, 8, biases[0], direction, dynamic);
      Coefficients recurrent = coefficients(2, 10, biases[1], direction, dynamic);
      Op lstm = new RecurrentOp.Lstm(input, recurrent, peepholes(direction), scan);
      if (recurrent.fanIn() != units) {
        throw node.error("has recurrent weights of " + recurrent.fanIn() + " units, not " + units);
      }
      String name = decoding.tensorName(node.output() + "/all");
      return emit(lstm, List.of(x), name, new Tensor.Real());
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  /** Of the input and of the state, 0 where they are left out. */
  private Reals[] biases(int direction) throws OnnxFormatException {
    int rows = GATES * units;
    float[] all = new float[2 * rows];
    if (node.hasInput(3)) {
      all = row(3, "bias", direction, 2 * rows);
    }
    return new Reals[] {
      new Reals(Arrays.copyOf(all, rows)), new Reals(Arrays.copyOfRange(all, rows, 2 * rows))
    };
  }

  private Optional<Reals> peepholes(int direction) throws OnnxFormatException {
    return node.hasInput(7)
        ? Optional.of(new Reals(row(7, "peepholes", direction, RecurrentOp.Lstm.PEEPHOLES * units)))
        : Optional.empty();
  }

  private float[] row(int index, String what, int direction, int length)
      throws OnnxFormatException {
    RealConstant constant = decoding.realConstant(node, index, what);
    if (!Arrays.equals(constant.dims(), new int[] {directions, length})) {
      throw node.error(
          "its "
              + what
              + " have sizes "
              + constant.constant().shape()
              + ", expected ["
              + directions
              + ", "
              + length
              + "]");
    }
    decoding.budget().spend(node, length);
    float[] row = new float[length];
    for (int i = 0; i < length; i++) {
      row[i] = (float) constant.numbers().applyAsDouble(direction * length + i);
    }
    return row;
  }

  private Coefficients coefficients(
      int index, int scale, Reals bias, int direction, boolean dynamic) throws OnnxFormatException {
    if (!dynamic) {
      return new Coefficients.OfReals(realWeights(index, direction), bias);
    }
    Constant codes = direction(decoding.constant(node, index, "weights"), 3, direction);
    Constant scales = direction(decoding.constant(node, scale, "scale"), 0, direction);
    Constant zeros = direction(decoding.constant(node, scale + 1, "zero point"), 0, direction);
    return new Coefficients.OfDynamicCodes(
        DynamicDecoder.weights(node, codes, scales, Optional.of(zeros), decoding), bias);
  }

  private Reals realWeights(int index, int direction) throws OnnxFormatException {
    RealConstant weights = decoding.realConstant(node, index, "weights");
    int[] dims = weights.dims();
    requireDirections(weights.constant(), 3);
    decoding.budget().spend(node, weights.constant().count());
    if (dims[1] != GATES * units || dims[2] < 1) {
      throw node.error(
          "its weights have sizes "
              + weights.constant().shape()
              + ", expected ["
              + directions
              + ", "
              + GATES * units
              + ", ...]");
    }
    float[] values = new float[dims[1] * dims[2]];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) weights.numbers().applyAsDouble(direction * values.length + i);
    }
    return new Reals(values);
  }

  /**
   * The part of a constant for one direction.
   *
   * @param rank that it must have; 0 is any
   */
  private Constant direction(Constant constant, int rank, int direction)
      throws OnnxFormatException {
    requireDirections(constant, rank);
    return constant.part(node, direction);
  }

  private void requireDirections(Constant constant, int rank) throws OnnxFormatException {
    int[] dims = constant.dims();
    if (dims.length == 0 || dims[0] != directions || (rank > 0 && dims.length != rank)) {
      throw node.error(
          "'"
              + constant.name()
              + "' has sizes "
              + constant.shape()
              + ", expected "
              + directions
              + " in the first dimension"
              + (rank > 0 ? " of " + rank : ""));
    }
  }
}
