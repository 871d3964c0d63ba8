package org.qat4j.onnx.write;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Node;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.RecurrentForm;

/** Writes recurrent layers in their {@link RecurrentForm}. */
final class RecurrentEncoder {
  private final Node node;
  private final RecurrentOp op;
  private final Encoding encoding;
  private final Map<String, String> names = new HashMap<>();

  private RecurrentEncoder(Node node, Encoding encoding) {
    this.node = node;
    this.op = (RecurrentOp) node.op();
    this.encoding = encoding;
  }

  static void encode(Node node, Encoding encoding) {
    new RecurrentEncoder(node, encoding).encode();
  }

  private void encode() {
    String sequence = encoding.real(encoding.inputsOf(node).get(0));
    boolean dynamic = op.input().arithmetic() == Arithmetic.DYNAMIC_CODES;
    names.put(RecurrentForm.SEQUENCE, sequence);
    if (dynamic) {
      names.put(RecurrentForm.SEQUENCE + RecurrentForm.SCALE, encoding.dynamicScale(sequence));
      names.put(
          RecurrentForm.SEQUENCE + RecurrentForm.ZERO_POINT, encoding.dynamicZeroPoint(sequence));
    }
    boolean inputZeroPoints = layer(RecurrentForm.INPUT, op.input());
    boolean recurrentZeroPoints = layer(RecurrentForm.RECURRENT, op.recurrent());
    if (op.scan().resumed()) {
      names.put(RecurrentForm.STATE, encoding.real(encoding.inputsOf(node).get(1)));
    } else {
      sizes(RecurrentForm.UNITS, 1);
    }
    if (op.scan().masked()) {
      names.put(RecurrentForm.MASK, encoding.real(encoding.inputsOf(node).get(op.maskOperand())));
    }
    RecurrentForm form =
        new RecurrentForm(
            function(), peepholes(), dynamic, inputZeroPoints, recurrentZeroPoints, op.scan());
    FormEncoder.encode(node, form.form(), names, encoding);
  }

  private Optional<GateFunction> function() {
    if (op instanceof RecurrentOp.SimpleRnn rnn) {
      return Optional.of(rnn.activation());
    }
    sizes(RecurrentForm.GATES, op.gates());
    return Optional.empty();
  }

  private boolean peepholes() {
    if (!(op instanceof RecurrentOp.Lstm lstm) || lstm.peepholes().isEmpty()) {
      return false;
    }
    float[] all = lstm.peepholes().get().values();
    for (int i = 0; i < RecurrentForm.PEEPHOLES.size(); i++) {
      float[] own = Arrays.copyOfRange(all, i * op.units(), (i + 1) * op.units());
      floats(RecurrentForm.PEEPHOLES.get(i), new long[] {op.units()}, own);
    }
    return true;
  }

  private void sizes(String name, int count) {
    long[] sizes = new long[count];
    Arrays.fill(sizes, op.units());
    names.put(
        name,
        encoding.constant(
            Initializers.numbers(encoding.tensorName(node.name() + "/" + name), sizes)));
  }

  /**
   * Weights and bias of one operand.
   *
   * @return whether the weights have zero points
   */
  private boolean layer(String owner, Coefficients layer) {
    return switch (layer.arithmetic()) {
      case DYNAMIC_CODES -> codes(owner, layer.dynamicCodes());
      case REALS -> reals(owner, layer.reals());
      case CODES -> throw new IllegalStateException("recurrent layers are not defined on codes");
    };
  }

  private boolean codes(String owner, Coefficients.OfDynamicCodes layer) {
    Weights weights = layer.weights();
    DynamicEncoder.requireBytes(node, weights);
    LayerEncoder.Matrix matrix = LayerEncoder.matrix(node.name() + "/" + owner, weights, encoding);
    String weight = owner + RecurrentForm.WEIGHT;
    names.put(weight, matrix.codes());
    names.put(weight + RecurrentForm.SCALE, matrix.scales());
    matrix.zeroPoints().ifPresent(zeros -> names.put(weight + RecurrentForm.ZERO_POINT, zeros));
    bias(owner, layer.bias());
    return matrix.zeroPoints().isPresent();
  }

  private boolean reals(String owner, Coefficients.OfReals layer) {
    String name = encoding.tensorName(node.name() + "/" + owner + RecurrentForm.WEIGHT);
    float[] weights = layer.weights().values();
    names.put(
        owner + RecurrentForm.WEIGHT,
        encoding.constant(Initializers.transposed(name, layer.outChannels(), weights)));
    bias(owner, layer.bias());
    return false;
  }

  private void bias(String owner, Reals bias) {
    floats(owner + RecurrentForm.BIAS, new long[] {bias.length()}, bias.values());
  }

  private void floats(String name, long[] dims, float[] values) {
    names.put(
        name,
        encoding.constant(
            Initializers.floats(encoding.tensorName(node.name() + "/" + name), dims, values)));
  }
}
