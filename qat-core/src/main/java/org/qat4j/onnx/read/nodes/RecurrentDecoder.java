package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.GateFunction;
import org.qat4j.graph.Reals;
import org.qat4j.graph.RecurrentOp;
import org.qat4j.graph.Scan;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.Form;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.RecurrentForm;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Dynamic;
import org.qat4j.onnx.read.values.RealConstant;
import org.qat4j.onnx.read.values.Value;

/** Reads recurrent layers in their {@link RecurrentForm}. */
final class RecurrentDecoder {
  /** From the sequence to the Scan: Transpose, MatMulInteger, Cast, Mul, Add. */
  private static final int MOST_HOPS = 6;

  /** More than the body of any form has. */
  private static final int MOST_NODES = 64;

  private static final Map<String, List<Candidate>> CANDIDATES = candidates();

  private final OnnxNode node;
  private final RecurrentForm form;
  private final FormMatch match;
  private final Decoding decoding;

  private RecurrentDecoder(OnnxNode node, RecurrentForm form, FormMatch match, Decoding decoding) {
    this.node = node;
    this.form = form;
    this.match = match;
    this.decoding = decoding;
  }

  private record Candidate(RecurrentForm form, Form nodes) {}

  /**
   * Adds the layer that begins with a node.
   *
   * @return whether one does
   */
  static boolean decode(OnnxNode transpose, Decoding decoding) throws OnnxFormatException {
    Optional<OnnxNode> scan = scan(transpose, decoding);
    Optional<OnnxNode> end = scan.flatMap(loop -> end(loop, decoding));
    if (end.isEmpty()) {
      return false;
    }
    for (Candidate candidate : CANDIDATES.getOrDefault(key(scan.get().proto()), List.of())) {
      Optional<FormMatch> match = FormMatch.of(candidate.nodes(), end.get(), decoding);
      if (match.filter(m -> m.nodes().contains(transpose)).isPresent()) {
        new RecurrentDecoder(transpose, candidate.form(), match.get(), decoding).decode(end.get());
        return true;
      }
    }
    return false;
  }

  private static Optional<OnnxNode> scan(OnnxNode transpose, Decoding decoding) {
    Optional<OnnxNode> next = Optional.of(transpose);
    for (int i = 0; i < MOST_HOPS && next.isPresent(); i++) {
      next = decoding.onlyConsumer(next.get().output());
      if (next.filter(reader -> reader.op().equals("Scan")).isPresent()) {
        return next;
      }
    }
    return Optional.empty();
  }

  /** Behind the results of the steps: a Transpose, and where there are cells too a Concat. */
  private static Optional<OnnxNode> end(OnnxNode scan, Decoding decoding) {
    int outputs = scan.proto().getOutputCount();
    Optional<OnnxNode> rows = decoding.consumers(scan.output(outputs - 1)).stream().findFirst();
    return outputs == 3 ? rows.flatMap(r -> decoding.onlyConsumer(r.output())) : rows;
  }

  /** All forms with their nodes, by what is seen without comparing operands. */
  private static Map<String, List<Candidate>> candidates() {
    List<Optional<GateFunction>> functions = new ArrayList<>(List.of(Optional.empty()));
    Arrays.stream(GateFunction.values()).map(Optional::of).forEach(functions::add);
    Map<String, List<Candidate>> candidates = new HashMap<>();
    for (Optional<GateFunction> function : functions) {
      for (int bits = 0; bits < 1 << 7; bits++) {
        boolean peepholes = (bits & 1) != 0;
        boolean dynamic = (bits & 2) != 0;
        boolean input = (bits & 4) != 0;
        boolean recurrent = (bits & 8) != 0;
        Scan scan = new Scan((bits & 16) != 0, (bits & 32) != 0, (bits & 64) != 0);
        boolean possible =
            !(function.isPresent() && peepholes) && (dynamic || !(input || recurrent));
        if (possible) {
          add(new RecurrentForm(function, peepholes, dynamic, input, recurrent, scan), candidates);
        }
      }
    }
    return candidates;
  }

  private static void add(RecurrentForm form, Map<String, List<Candidate>> candidates) {
    Candidate candidate = new Candidate(form, form.form());
    NodeProto scan =
        candidate.nodes().nodes().stream()
            .filter(node -> node.getOpType().equals("Scan"))
            .findFirst()
            .orElseThrow();
    candidates.computeIfAbsent(key(scan), key -> new ArrayList<>()).add(candidate);
  }

  /** Attributes of a Scan and operators of its body. */
  private static String key(NodeProto scan) {
    StringBuilder key = new StringBuilder();
    for (AttributeProto attribute : scan.getAttributeList()) {
      key.append(attribute.getName()).append(attribute.getI()).append(attribute.getIntsCount());
      attribute.getG().getNodeList().stream()
          .limit(MOST_NODES)
          .forEach(node -> key.append(' ').append(node.getOpType()));
    }
    return key.toString();
  }

  private void decode(OnnxNode end) throws OnnxFormatException {
    List<Tensor> operands = new ArrayList<>(List.of(sequence()));
    if (form.scan().resumed()) {
      operands.add(real(RecurrentForm.STATE));
    }
    if (form.scan().masked()) {
      operands.add(real(RecurrentForm.MASK));
    }
    try {
      RecurrentOp op = op();
      requireUnits(op);
      Tensor result = decoding.emit(node, op, operands, end.output(), new Tensor.Real());
      decoding.define(end.output(), new Value.Result(result));
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
    match.nodes().forEach(decoding::absorb);
  }

  private Tensor sequence() throws OnnxFormatException {
    if (!form.dynamic()) {
      return real(RecurrentForm.SEQUENCE);
    }
    Value codes = value(RecurrentForm.SEQUENCE);
    Value scale = value(RecurrentForm.SEQUENCE + RecurrentForm.SCALE);
    Value zero = value(RecurrentForm.SEQUENCE + RecurrentForm.ZERO_POINT);
    boolean together =
        codes instanceof Dynamic.Codes c
            && scale instanceof Dynamic.Scale s
            && s.weights().isEmpty()
            && s.tensor().equals(c.tensor())
            && zero instanceof Dynamic.ZeroPoint z
            && z.tensor().equals(c.tensor());
    if (!together) {
      throw node.error("reads codes without their own scale and zero point");
    }
    return ((Dynamic.Codes) codes).tensor();
  }

  private RecurrentOp op() throws OnnxFormatException {
    Coefficients input = layer(RecurrentForm.INPUT);
    Coefficients recurrent = layer(RecurrentForm.RECURRENT);
    return form.function().isPresent()
        ? new RecurrentOp.SimpleRnn(input, recurrent, form.function().get(), form.scan())
        : new RecurrentOp.Lstm(input, recurrent, peepholes(), form.scan());
  }

  private Coefficients layer(String owner) throws OnnxFormatException {
    String weight = owner + RecurrentForm.WEIGHT;
    Reals bias = reals(owner + RecurrentForm.BIAS).reals(node, decoding.budget());
    if (!form.dynamic()) {
      RealConstant weights = reals(weight);
      if (weights.dims().length != 2) {
        throw node.error("its weights have sizes " + weights.constant().shape());
      }
      return new Coefficients.OfReals(weights.transposed(node, decoding.budget()), bias);
    }
    String zeroPoint = match.name(weight + RecurrentForm.ZERO_POINT);
    Optional<Constant> zeroPoints =
        zeroPoint.isEmpty()
            ? Optional.empty()
            : Optional.of(constant(weight + RecurrentForm.ZERO_POINT));
    Weights weights =
        DynamicDecoder.weights(
            node, constant(weight), constant(weight + RecurrentForm.SCALE), zeroPoints, decoding);
    return new Coefficients.OfDynamicCodes(weights, bias);
  }

  private Optional<Reals> peepholes() throws OnnxFormatException {
    if (!form.peepholes()) {
      return Optional.empty();
    }
    List<float[]> gates = new ArrayList<>();
    int length = 0;
    for (String gate : RecurrentForm.PEEPHOLES) {
      float[] weights = reals(gate).reals(node, decoding.budget()).values();
      if (!gates.isEmpty() && weights.length != gates.get(0).length) {
        throw node.error("has peepholes of " + weights.length + " and " + length + " units");
      }
      gates.add(weights);
      length = weights.length;
    }
    float[] all = new float[gates.size() * length];
    for (int i = 0; i < gates.size(); i++) {
      System.arraycopy(gates.get(i), 0, all, i * length, length);
    }
    return Optional.of(new Reals(all));
  }

  /** The file says the number of units where shapes need it. */
  private void requireUnits(RecurrentOp op) throws OnnxFormatException {
    requireUnits(RecurrentForm.UNITS, form.scan().resumed() ? 0 : 1, op.units());
    requireUnits(RecurrentForm.GATES, form.function().isPresent() ? 0 : op.gates(), op.units());
  }

  private void requireUnits(String name, int count, int units) throws OnnxFormatException {
    if (count == 0) {
      return;
    }
    Constant sizes = constant(name);
    boolean same =
        sizes.count() == count && Arrays.stream(sizes.integers()).allMatch(size -> size == units);
    if (!same || sizes.dims().length != 1) {
      throw node.error(
          "its sizes '" + sizes.name() + "' are not " + count + " times its " + units + " units");
    }
  }

  private Value value(String own) throws OnnxFormatException {
    String name = match.name(own);
    return decoding
        .find(name)
        .orElseThrow(
            () -> node.error("its " + own + " '" + name + "' is not known in front of it"));
  }

  private Tensor real(String own) throws OnnxFormatException {
    Value value = value(own);
    if (!value.isActivation() || value instanceof Value.Codes) {
      throw node.error("its " + own + " is " + value.kind() + ", expected real numbers");
    }
    return decoding.real(value, node);
  }

  private Constant constant(String own) throws OnnxFormatException {
    if (value(own) instanceof Value.Fixed fixed) {
      return fixed.constant();
    }
    throw node.error("its " + own + " is " + value(own).kind() + ", expected a constant");
  }

  private RealConstant reals(String own) throws OnnxFormatException {
    Value value = value(own);
    return RealConstant.of(value)
        .orElseThrow(() -> node.error("its " + own + " is " + value.kind()));
  }
}
