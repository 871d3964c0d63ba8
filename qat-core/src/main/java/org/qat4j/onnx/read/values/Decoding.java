package org.qat4j.onnx.read.values;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
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
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.Names;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Budget;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.ExternalData;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.file.TensorElements;

/**
 * One file on its way to a graph: what each tensor name stands for, and the graph so far. All that
 * the reader of a node may know of the others.
 */
public final class Decoding {
  private final GraphProto proto;
  private final String source;
  private final ExternalData external;
  private final Declarations declarations;
  private final Budget budget;
  private final Graph.Builder graph;
  private final Names nodeNames = new Names(List.of());
  private final Names tensorNames;
  private final Map<String, Value> values = new HashMap<>();
  private final Map<String, List<OnnxNode>> consumers = new HashMap<>();
  private final Map<String, OnnxNode> producers = new HashMap<>();
  private final Set<Tensor> inputs = new HashSet<>();
  private final Set<String> outputs = new HashSet<>();
  private final Set<NodeProto> absorbed = Collections.newSetFromMap(new IdentityHashMap<>());
  private final IdentityHashMap<Value.Weight, Value.Weight> transposed = new IdentityHashMap<>();
  private final IdentityHashMap<Value.Weight, Weights> weights = new IdentityHashMap<>();
  private final Emitter emitter = new Emitter(this);
  private final boolean allowsFloat;
  private final long int8Bytes;
  private Optional<Long> batch = Optional.empty();

  /**
   * Nothing is decoded yet.
   *
   * @param nodes of the file
   * @param external where constants are that the file does not hold itself
   * @param allowsFloat whether nodes that cannot run in integers become float islands
   */
  public Decoding(
      GraphProto proto,
      List<OnnxNode> nodes,
      String source,
      ExternalData external,
      Declarations declarations,
      Budget budget,
      boolean allowsFloat) {
    this.proto = proto;
    this.source = source;
    this.external = external;
    this.declarations = declarations;
    this.budget = budget;
    this.allowsFloat = allowsFloat;
    this.graph = Graph.builder(proto.getName());
    Set<String> names = new HashSet<>();
    proto.getInputList().forEach(input -> names.add(input.getName()));
    proto.getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    this.tensorNames = new Names(names);
    proto.getOutputList().forEach(output -> outputs.add(output.getName()));
    nodes.forEach(this::countConsumer);
    nodes.forEach(n -> n.proto().getOutputList().forEach(name -> producers.put(name, n)));
    this.int8Bytes =
        proto.getInitializerList().stream()
            .flatMap(initializer -> TensorElements.int8(initializer).stream())
            .mapToLong(ByteBuffer::remaining)
            .sum();
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

  /** The graph that ends with these tensors. */
  public Graph build(List<String> ends) throws OnnxFormatException {
    try {
      return graph.build(ends.toArray(String[]::new));
    } catch (IllegalArgumentException e) {
      throw error(e.getMessage());
    }
  }

  /** Makes an input a state, which is what a tensor was in the call before. */
  public void state(String input, String output) throws OnnxFormatException {
    try {
      graph.state(input, output);
    } catch (IllegalArgumentException e) {
      throw error("metadata declare a state: " + e.getMessage());
    }
  }

  /** The error of what belongs to no node. */
  public OnnxFormatException error(String what) {
    return new OnnxFormatException(source + ": " + what);
  }

  /**
   * Whether weights may keep the file's content in memory: it is the only one, most of it codes.
   */
  public boolean keepsFile() {
    return external.bytes() == 0 && 2 * int8Bytes >= budget.fileBytes();
  }

  /** Why an operation is refused where it stands: unless float is allowed, that it would be. */
  public String orFloat(String advice) {
    return (allowsFloat ? "; " : ", so it would run in float; ") + advice;
  }

  public boolean allowsFloat() {
    return allowsFloat;
  }

  public Emitter emitter() {
    return emitter;
  }

  public Budget budget() {
    return budget;
  }

  /** What the file's metadata declare. */
  public Declarations declarations() {
    return declarations;
  }

  public String tensorName(String wanted) {
    return tensorNames.unique(wanted);
  }

  public boolean isOutput(String name) {
    return outputs.contains(name);
  }

  /** The nodes that read a tensor, each once. */
  public List<OnnxNode> consumers(String name) {
    return consumers.getOrDefault(name, List.of());
  }

  /** The node that computes a tensor, before or behind. */
  public Optional<OnnxNode> producer(String name) {
    return Optional.ofNullable(producers.get(name));
  }

  /** The node that alone reads a tensor, which callers do not get. */
  public Optional<OnnxNode> onlyConsumer(String name) {
    List<OnnxNode> all = consumers(name);
    return all.size() == 1 && !isOutput(name) ? Optional.of(all.get(0)) : Optional.empty();
  }

  /** Marks a node as part of one that was visited before it. */
  public void absorb(OnnxNode node) {
    absorbed.add(node.proto());
  }

  public boolean isAbsorbed(OnnxNode node) {
    return absorbed.contains(node.proto());
  }

  public void define(String name, Value value) throws OnnxFormatException {
    if (name.isEmpty() || values.putIfAbsent(name, value) != null) {
      throw error(
          name.isEmpty() ? "a tensor has no name" : "tensor '" + name + "' is defined twice");
    }
  }

  /** What a name stands for so far. */
  public Optional<Value> find(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** What an input of a node stands for. */
  public Value value(OnnxNode node, int index) throws OnnxFormatException {
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

  public Constant constant(OnnxNode node, int index, String what) throws OnnxFormatException {
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

  /** Sizes, or a short constant of integers that can stand for them. */
  public Sizes sizes(OnnxNode node, int index, String what) throws OnnxFormatException {
    Value value = value(node, index);
    return Sizes.of(value)
        .orElseThrow(
            () ->
                node.error(
                    what
                        + " '"
                        + node.input(index)
                        + "' must be constant integers, or computed from sizes, but it is "
                        + value.kind()));
  }

  public RealConstant realConstant(OnnxNode node, int index, String what)
      throws OnnxFormatException {
    Value value = value(node, index);
    return RealConstant.of(value)
        .orElseThrow(
            () ->
                node.error(
                    "its "
                        + what
                        + " '"
                        + node.input(index)
                        + "' is "
                        + value.kind()
                        + ", expected constant real numbers"));
  }

  /** Of the activation that is a node's first input. */
  public Shape shape(OnnxNode node) throws OnnxFormatException {
    Value value = value(node, 0);
    if (value instanceof Pending pending) {
      return pending.shape();
    }
    if (value instanceof Value.Codes codes) {
      return codes.tensor().shape();
    }
    if (value instanceof Value.Given given) {
      return given.tensor().shape();
    }
    if (value instanceof Value.Result result) {
      return result.tensor().shape();
    }
    if (value instanceof Dynamic.Codes codes) {
      return codes.tensor().shape();
    }
    throw node.error(
        "its input '" + node.input(0) + "' is " + value.kind() + ", expected an activation");
  }

  /**
   * The codes that a layer reads: dequantized in the file, so that the layer is one in integers.
   */
  public Tensor codes(OnnxNode node, int index) throws OnnxFormatException {
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
  public Tensor real(OnnxNode node, int index) throws OnnxFormatException {
    Value value = value(node, index);
    if (!value.isActivation() || value instanceof Value.Codes) {
      throw node.error(
          "reads '" + node.input(index) + "', " + value.kind() + ", expected real numbers");
    }
    return real(value, node);
  }

  /** The real numbers that an activation is, or becomes for a reader. */
  public Tensor real(Value value, OnnxNode reader) throws OnnxFormatException {
    if (value instanceof Pending pending) {
      return emitter.real(pending, reader);
    }
    return value instanceof Value.Given given ? given.tensor() : ((Value.Result) value).tensor();
  }

  /**
   * One object for each matrix and its transpose, so that weights which several layers share are
   * decoded once.
   */
  public Value.Weight transposed(OnnxNode node, Value.Weight weight) throws OnnxFormatException {
    Value.Weight known = transposed.get(weight);
    if (known == null) {
      known = weight.transposed(node);
      transposed.put(weight, known);
    }
    return known;
  }

  public Optional<Weights> knownWeights(Value.Weight weight) {
    return Optional.ofNullable(weights.get(weight));
  }

  public void know(Value.Weight weight, Weights decoded) {
    weights.put(weight, decoded);
  }

  /** Adds an input to the graph. */
  public void input(Tensor tensor) {
    graph.input(tensor);
    inputs.add(tensor);
  }

  public boolean isInput(Tensor tensor) {
    return inputs.contains(tensor);
  }

  /** Notes the batch size that the file declares for an input; below 1 it declares none. */
  public void fixBatch(long declared) {
    batch = declared < 1 ? batch : Optional.of(declared);
  }

  /** The batch size that the file declares; it may be another one when the model runs. */
  public Optional<Long> batch() {
    return batch;
  }

  public Constant constant(TensorProto tensor, String name) throws OnnxFormatException {
    return Constant.of(external.inlined(tensor, name, source), name, source + ": ");
  }

  /** Adds an operation to the graph. */
  public Tensor emit(OnnxNode node, Op op, List<Tensor> inputs, String output, Tensor.Type type)
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
