package org.qat4j.onnx.read;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qat4j.graph.Graph;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Budget;
import org.qat4j.onnx.read.file.ExternalData;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.nodes.InputDecoder;
import org.qat4j.onnx.read.nodes.Operators;
import org.qat4j.onnx.read.values.Declarations;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Value;

/**
 * Turns a file into a graph: visits its nodes once, in the file's order. {@link Operators} say what
 * each one means.
 */
final class GraphDecoder {
  private final GraphProto proto;
  private final String source;
  private final List<OnnxNode> nodes;
  private final Decoding decoding;
  private final Map<String, Tensor> results = new HashMap<>();

  /**
   * @param external where constants are that the file does not hold itself
   * @param allowsFloat whether nodes that cannot run in integers become float islands
   */
  GraphDecoder(
      GraphProto proto,
      String source,
      ExternalData external,
      Map<String, String> metadata,
      Budget budget,
      boolean allowsFloat) {
    this.proto = proto;
    this.source = source;
    this.nodes = proto.getNodeList().stream().map(node -> new OnnxNode(node, source)).toList();
    Declarations declarations = new Declarations(metadata);
    this.decoding = new Decoding(proto, nodes, source, external, declarations, budget, allowsFloat);
  }

  Graph decode() throws OnnxFormatException {
    defineConstants();
    // Wherever they stand: they read nothing, and an input of codes reads its scale from them.
    decode(nodes.stream().filter(GraphDecoder::isConstant).toList());
    defineInputs();
    decode(nodes.stream().filter(node -> !isConstant(node)).toList());
    return build();
  }

  private static boolean isConstant(OnnxNode node) {
    return node.op().equals("Constant");
  }

  private void decode(List<OnnxNode> some) throws OnnxFormatException {
    for (OnnxNode node : some) {
      if (!decoding.isAbsorbed(node)) {
        Operators.decode(node, decoding);
      }
      for (String output : node.proto().getOutputList()) {
        settleOutput(node, output);
      }
    }
  }

  private void defineConstants() throws OnnxFormatException {
    for (TensorProto initializer : proto.getInitializerList()) {
      String name = initializer.getName();
      decoding.define(name, new Value.Fixed(decoding.constant(initializer, name)));
    }
  }

  private void defineInputs() throws OnnxFormatException {
    for (ValueInfoProto input : proto.getInputList()) {
      if (decoding.find(input.getName()).isEmpty()) {
        decoding.define(input.getName(), InputDecoder.of(input, source).value(decoding));
      }
    }
  }

  /**
   * A result that the caller gets takes its place in the graph where it is computed, under the name
   * that the file gives it, also where the same tensor has another name already.
   */
  private void settleOutput(OnnxNode node, String name) throws OnnxFormatException {
    Optional<Value> value = decoding.find(name).filter(Value::isActivation);
    if (!decoding.isOutput(name) || value.isEmpty()) {
      return;
    }
    Tensor tensor =
        value.get() instanceof Value.Codes codes
            ? codes.tensor()
            : decoding.real(value.get(), node);
    results.put(
        name,
        tensor.name().equals(name)
            ? tensor
            : decoding.emit(node, new MoveOp.Identity(), List.of(tensor), name, tensor.type()));
  }

  private Graph build() throws OnnxFormatException {
    List<String> ends = new ArrayList<>();
    for (ValueInfoProto output : proto.getOutputList()) {
      ends.add(end(output.getName()).name());
    }
    return decoding.build(ends.subList(0, states(ends)));
  }

  /** Makes states of the inputs that are declared to be, and counts the other outputs. */
  private int states(List<String> ends) throws OnnxFormatException {
    Set<String> kept = new HashSet<>();
    for (ValueInfoProto input : proto.getInputList()) {
      Optional<String> output = decoding.declarations().state(input.getName());
      if (output.isPresent()) {
        decoding.state(input.getName(), output.get());
        kept.add(output.get());
      }
    }
    int callers = kept.isEmpty() ? ends.size() : decoding.declarations().outputs(ends.size());
    if (callers < 0 || !kept.containsAll(ends.subList(callers, ends.size()))) {
      throw decoding.error(
          "metadata declare " + callers + " outputs of " + ends.size() + ", and states " + kept);
    }
    return callers;
  }

  private Tensor end(String name) throws OnnxFormatException {
    if (results.containsKey(name)) {
      return results.get(name);
    }
    Optional<Value> value = decoding.find(name);
    if (value.isPresent() && value.get() instanceof Value.Codes codes) {
      return codes.tensor();
    }
    if (value.isPresent() && value.get() instanceof Value.Given given) {
      return given.tensor();
    }
    if (value.isPresent() && value.get() instanceof Value.Result result) {
      return result.tensor();
    }
    throw decoding.error(
        "output '" + name + "' is " + value.map(Value::kind).orElse("produced by no node"));
  }
}
