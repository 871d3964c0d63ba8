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
  private final ExternalData external;
  private final Map<String, String> metadata;
  private final Budget budget;
  private final Graph.Builder graph;
  private final Names nodeNames = new Names(List.of());
  private final Names tensorNames;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, Tensor> results = new HashMap<>();
  private final Map<String, List<OnnxNode>> consumers = new HashMap<>();
  private final Set<Tensor> inputs = new HashSet<>();
  private final Set<String> outputs = new HashSet<>();
  private final Set<NodeProto> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final IdentityHashMap<Value.Weight, Value.Weight> transposed = new IdentityHashMap<>();
  private final IdentityHashMap<Value.Weight, Weights> weights = new IdentityHashMap<>();
  private final Emitter emitter = new Emitter(this);
  private final boolean allowsFloat;
  private long int8Bytes;
  private Optional<Long> batch = Optional.empty();

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
    this.external = external;
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
    // Wherever they stand: they read nothing, and an input of codes reads its scale from them.
    decode(nodes.stream().filter(GraphDecoder::isConstant).toList());
    defineInputs();
    decode(nodes.stream().filter(node -> !isConstant(node)).toList());
    return build();
  }

  private static boolean isConstant(OnnxNode node) {
    return node.op().equals("Constant");
  }

  private void decode(List<OnnxNode> nodes) throws OnnxFormatException {
    for (OnnxNode node : nodes) {
      if (!absorbed.contains(node.proto())) {
        NodeDecoder.of(node, this).decode(node, this);
      }
      settleOutput(node);
    }
  }

  private void defineConstants() throws OnnxFormatException {
    int8Bytes =
        proto.getInitializerList().stream()
            .flatMap(initializer -> TensorElements.int8(initializer).stream())
            .mapToLong(ByteBuffer::remaining)
            .sum();
    for (TensorProto initializer : proto.getInitializerList()) {
      define(initializer.getName(), new Value.Fixed(constant(initializer, initializer.getName())));
    }
  }

  private void defineInputs() throws OnnxFormatException {
    for (ValueInfoProto input : proto.getInputList()) {
      if (!values.containsKey(input.getName())) {
        define(input.getName(), InputDecoder.of(input, source).value(this));
      }
    }
  }

  /** Shape reads no numbers. */
  private void countConsumer(OnnxNode node) {
    if (node.op().equals("Shape")) {
      return;
    }
    for (String input : new HashSet<>(node.proto().getInputList())) {
      consumers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
    }
  }

  /**
   * A result that the caller gets takes its place in the graph where it is computed, under the name
   * that the file gives it, also where the same tensor has another name already.
   */
  private void settleOutput(OnnxNode node) throws OnnxFormatException {
    String name = node.output();
    Value value = values.get(name);
    if (!outputs.contains(name) || !isActivation(value)) {
      return;
    }
    Tensor tensor = value instanceof Value.Codes codes ? codes.tensor() : real(value, node);
    results.put(
        name,
        tensor.name().equals(name)
            ? tensor
            : emit(node, new Op.Identity(), List.of(tensor), name, tensor.type()));
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
    if (results.containsKey(name)) {
      return results.get(name);
    }
    Value value = values.get(name);
    if (value instanceof Value.Codes codes) {
      return codes.tensor();
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

  /**
   * Whether weights may keep the file's content in memory: it is the only one, most of it codes.
   */
  boolean keepsFile() {
    return external.bytes() == 0 && 2 * int8Bytes >= budget.fileBytes();
  }

  /** Why an operation is refused where it stands: unless float is allowed, that it would be. */
  String orFloat(String advice) {
    return (allowsFloat ? "; " : ", so it would run in float; ") + advice;
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
            + orFloat("its input must come from a DequantizeLinear"));
  }

  /** The real numbers that an operation behind the last DequantizeLinear reads. */
  Tensor real(OnnxNode node, int index) throws OnnxFormatException {
    Value value = value(node, index);
    if (!isActivation(value) || value instanceof Value.Codes) {
      throw node.error(
          "reads '" + node.input(index) + "', " + value.kind() + ", expected real numbers");
    }
    return real(value, node);
  }

  private Tensor real(Value value, OnnxNode reader) throws OnnxFormatException {
    if (value instanceof Pending pending) {
      return emitter.real(pending, reader);
    }
    return value instanceof Value.Given given ? given.tensor() : ((Value.Result) value).tensor();
  }

  boolean isActivation(Value value) {
    return value instanceof Pending
        || value instanceof Value.Codes
        || value instanceof Value.Given
        || value instanceof Value.Result;
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
    inputs.add(tensor);
  }

  boolean isInput(Tensor tensor) {
    return inputs.contains(tensor);
  }

  /** Notes the batch size that the file declares for an input; below 1 it declares none. */
  void fixBatch(long declared) {
    batch = declared < 1 ? batch : Optional.of(declared);
  }

  /** The batch size that the file declares; it may be another one when the model runs. */
  Optional<Long> batch() {
    return batch;
  }

  Constant constant(TensorProto tensor, String name) throws OnnxFormatException {
    return Constant.of(external.inlined(tensor, name, source), name, source + ": ");
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
