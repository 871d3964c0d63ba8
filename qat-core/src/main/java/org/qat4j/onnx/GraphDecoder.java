package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;

/**
 * One file on its way to a graph: what each tensor name stands for, and the graph so far. The nodes
 * are visited once, in the file's order; {@link NodeDecoder}s say what each one means.
 */
final class GraphDecoder {
  private final GraphProto proto;
  private final String source;
  private final Map<String, String> metadata;
  private final Budget budget;
  private final Graph.Builder graph;
  private final Names nodeNames = new Names(List.of());
  private final Names tensorNames;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, List<OnnxNode>> consumers = new HashMap<>();
  private final Set<String> outputs = new HashSet<>();
  private final Set<NodeProto> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final IdentityHashMap<Value.Weight, Value.Weight> transposed = new IdentityHashMap<>();
  private final IdentityHashMap<Value.Weight, Weights> weights = new IdentityHashMap<>();
  private final Emitter emitter = new Emitter(this);
  private final boolean allowsFloat;
  private long int8Bytes;

  /**
   * @param allowsFloat whether nodes that cannot run in integers become float islands
   */
  GraphDecoder(
      GraphProto proto,
      String source,
      Map<String, String> metadata,
      Budget budget,
      boolean allowsFloat) {
    this.proto = proto;
    this.source = source;
    this.metadata = metadata;
    this.budget = budget;
    this.allowsFloat = allowsFloat;
    this.graph = Graph.builder(proto.getName());
    Set<String> names = new HashSet<>();
    proto.getInputList().forEach(input -> names.add(input.getName()));
    proto.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    this.tensorNames = new Names(names);
  }

  Graph decode() throws OnnxFormatException {
    proto.getOutputList().forEach(output -> outputs.add(output.getName()));
    List<OnnxNode> nodes =
        proto.getNodeList().stream().map(node -> new OnnxNode(node, source)).toList();
    nodes.forEach(this::countConsumer);
    defineConstants();
    defineInputs();
    for (OnnxNode node : nodes) {
      if (!absorbed.contains(node.proto())) {
        NodeDecoder.of(node, this).decode(node, this);
        settleOutput(node);
      }
    }
    return build();
  }

  private void defineConstants() throws OnnxFormatException {
    int8Bytes =
        proto.getInitializerList().stream()
            .flatMap(initializer -> TensorElements.int8(initializer).stream())
            .mapToLong(ByteBuffer::remaining)
            .sum();
    for (TensorProto initializer : proto.getInitializerList()) {
      define(
          initializer.getName(),
          new Value.Fixed(Constant.of(initializer, initializer.getName(), source + ": ")));
    }
  }

  private void defineInputs() throws OnnxFormatException {
    for (ValueInfoProto input : proto.getInputList()) {
      if (!values.containsKey(input.getName())) {
        define(input.getName(), InputDecoder.of(input, source).value(this));
      }
    }
  }

  private void countConsumer(OnnxNode node) {
    for (String input : new HashSet<>(node.proto().getInputList())) {
      consumers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
    }
  }

  /** A real result that the caller gets takes its place in the graph where it is computed. */
  private void settleOutput(OnnxNode node) throws OnnxFormatException {
    if (outputs.contains(node.output()) && values.get(node.output()) instanceof Pending pending) {
      emitter.real(pending, node);
    }
  }

  private Graph build() throws OnnxFormatException {
    List<String> names = new ArrayList<>();
    for (ValueInfoProto output : proto.getOutputList()) {
      names.add(outputTensor(output.getName()).name());
    }
    try {
      return graph.build(names.toArray(String[]::new));
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage());
    }
  }

  private Tensor outputTensor(String name) throws OnnxFormatException {
    Value value = values.get(name);
    if (value instanceof Pending pending && pending.real().isPresent()) {
      return pending.real().get();
    }
    if (value instanceof Value.Codes codes) {
      return codes.tensor();
    }
    if (value instanceof Value.Result result) {
      return result.tensor();
    }
    if (value instanceof Value.Given given) {
      return given.tensor();
    }
    throw error(
        "output '" + name + "' is " + (value == null ? "produced by no node" : value.kind()));
  }

  private OnnxFormatException error(String what) {
    return new OnnxFormatException(source + ": " + what);
  }

  /** Whether weights may keep the file's content in memory: most of it is int8 codes. */
  boolean keepsFile() {
    return 2 * int8Bytes >= budget.fileBytes();
  }

  boolean allowsFloat() {
    return allowsFloat;
  }

  Emitter emitter() {
    return emitter;
  }

  Budget budget() {
    return budget;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  String source() {
    return source;
  }

  String tensorName(String wanted) {
    return tensorNames.unique(wanted);
  }

  boolean isOutput(String name) {
    return outputs.contains(name);
  }

  /** The nodes that read a tensor, each once. */
  List<OnnxNode> consumers(String name) {
    return consumers.getOrDefault(name, List.of());
  }

  /** Marks a node as part of one that was visited before it. */
  void absorb(OnnxNode node) {
    absorbed.add(node.proto());
  }

  void define(String name, Value value) throws OnnxFormatException {
    if (name.isEmpty() || values.putIfAbsent(name, value) != null) {
      throw error(
          name.isEmpty() ? "a tensor has no name" : "tensor '" + name + "' is defined twice");
    }
  }

  Value value(OnnxNode node, int index) throws OnnxFormatException {
    String name = node.input(index);
    Value value = values.get(name);
    if (value == null) {
      boolean later = proto.getNodeList().stream().anyMatch(n -> n.getOutputList().contains(name));
      throw node.error(
          "input '"
              + name
              + "' "
              + (later
                  ? "is used before the node that computes it; nodes must be sorted"
                  : "is neither an initializer, nor a model input, nor computed by a node"));
    }
    return value;
  }

  Constant constant(OnnxNode node, int index, String what) throws OnnxFormatException {
    if (value(node, index) instanceof Value.Fixed fixed) {
      return fixed.constant();
    }
    throw node.error(
        what
            + " '"
            + node.input(index)
            + "' must be a constant, but it is "
            + value(node, index).kind());
  }

  /**
   * The codes that a layer reads: dequantized in the file, so that the layer is one in integers.
   */
  Tensor codes(OnnxNode node, int index) throws OnnxFormatException {
    Value value = value(node, index);
    if (value instanceof Pending pending) {
      return emitter.codes(pending, node);
    }
    throw node.error(
        "reads '"
            + node.input(index)
            + "', "
            + value.kind()
            + ", so it would run in float; its input must come from a DequantizeLinear");
  }

  /** The real numbers that an operation behind the last DequantizeLinear reads. */
  Tensor real(OnnxNode node, int index) throws OnnxFormatException {
    Value value = value(node, index);
    if (value instanceof Pending pending) {
      return emitter.real(pending, node);
    }
    if (value instanceof Value.Result result) {
      return result.tensor();
    }
    if (value instanceof Value.Given given) {
      return given.tensor();
    }
    throw node.error(
        "reads '" + node.input(index) + "', " + value.kind() + ", expected real numbers");
  }

  /**
   * One object for each matrix and its transpose, so that weights which several layers share are
   * decoded once.
   */
  Value.Weight transposed(OnnxNode node, Value.Weight weight) throws OnnxFormatException {
    Value.Weight known = transposed.get(weight);
    if (known == null) {
      known = weight.transposed(node);
      transposed.put(weight, known);
    }
    return known;
  }

  Optional<Weights> knownWeights(Value.Weight weight) {
    return Optional.ofNullable(weights.get(weight));
  }

  void know(Value.Weight weight, Weights decoded) {
    weights.put(weight, decoded);
  }

  /** Adds an input to the graph. */
  void input(Tensor tensor) {
    graph.input(tensor);
  }

  /** Adds an operation to the graph. */
  Tensor emit(OnnxNode node, Op op, List<Tensor> inputs, String output, Tensor.Type type)
      throws OnnxFormatException {
    try {
      String name = nodeNames.unique(node.name());
      graph.node(name, op, inputs.stream().map(Tensor::name).toList(), output, type);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw node.error(e);
    }
    return graph.tensor(output);
  }
}
