package org.qat4j.graph;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * An immutable network of {@link Node}s in execution order. Made by a {@link Builder}, which
 * refuses anything that could not run: unknown tensors, wrong types or shapes, names used twice.
 */
public final class Graph {
  private final String name;
  private final Map<String, Tensor> tensors;
  private final List<String> inputs;
  private final List<State> states;
  private final Set<String> outputs;
  private final List<Node> nodes;
  private final Map<String, Node> producers = new HashMap<>();
  private final Map<String, List<Node>> readers = new HashMap<>();

  /**
   * A tensor that is kept from one call to the next.
   *
   * @param input what nodes read: zeros in the first call
   * @param output of a node: what the input is in the next call
   */
  public record State(Tensor input, Tensor output) {}

  private Graph(Builder builder, List<String> outputs) {
    this.name = builder.name;
    this.tensors = Collections.unmodifiableMap(new LinkedHashMap<>(builder.tensors));
    this.inputs = List.copyOf(builder.inputs);
    this.states = List.copyOf(builder.states.values());
    this.outputs = Collections.unmodifiableSet(new LinkedHashSet<>(outputs));
    this.nodes = List.copyOf(builder.nodes);
    for (Node node : nodes) {
      producers.put(node.output(), node);
      for (String input : new LinkedHashSet<>(node.inputs())) {
        readers.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
      }
    }
  }

  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** The wanted name, with {@code _} behind it until it is none of those taken. */
  public static String freeName(String wanted, Predicate<String> taken) {
    String free = wanted;
    while (taken.test(free)) {
      free += "_";
    }
    return free;
  }

  public String name() {
    return name;
  }

  /** The tensors that a caller provides. */
  public List<Tensor> inputs() {
    return tensors(inputs);
  }

  /** The tensors that a caller gets. */
  public List<Tensor> outputs() {
    return tensors(outputs);
  }

  /** What is kept from one call to the next, in the order of the builder's calls. */
  public List<State> states() {
    return states;
  }

  /** Nodes in an order in which each one's inputs are ready. */
  public List<Node> nodes() {
    return nodes;
  }

  /**
   * The same network for sequences of another length, with the same weights in the same memory.
   *
   * @param time steps of every sequence that callers give; states keep their shapes
   * @throws IllegalArgumentException if no input is a sequence, or a node cannot have that length
   */
  public Graph withSteps(int time) {
    if (inputs().stream().noneMatch(input -> input.shape().kind() == Shape.Kind.SEQUENCE)) {
      throw new IllegalArgumentException("graph '" + name + "' reads no sequence");
    }
    Builder same = builder(name);
    inputs().forEach(input -> same.input(input.withSteps(time)));
    states.forEach(state -> same.input(state.input()));
    for (Node node : nodes) {
      same.node(node.name(), node.op(), node.inputs(), node.output(), outputOf(node).type());
    }
    states.forEach(state -> same.state(state.input().name(), state.output().name()));
    return same.build(outputs.toArray(String[]::new));
  }

  /** All tensors, inputs and states before what is made of them. */
  public Collection<Tensor> tensors() {
    return tensors.values();
  }

  /**
   * The tensor of that name.
   *
   * @throws IllegalArgumentException if there is no such tensor
   */
  public Tensor tensor(String tensorName) {
    return find(tensors, tensorName);
  }

  public List<Tensor> inputsOf(Node node) {
    return tensors(node.inputs());
  }

  public Tensor outputOf(Node node) {
    return tensor(node.output());
  }

  /** The node that writes a tensor; empty for an input or a state. */
  public Optional<Node> producer(Tensor tensor) {
    return Optional.ofNullable(producers.get(tensor.name()));
  }

  /** The nodes that read a tensor, each once, in execution order. */
  public List<Node> readers(Tensor tensor) {
    return Collections.unmodifiableList(readers.getOrDefault(tensor.name(), List.of()));
  }

  /** The one node that reads a tensor; empty if there is another, or if it leaves the graph. */
  public Optional<Node> onlyReader(Tensor tensor) {
    List<Node> all = readers(tensor);
    return all.size() == 1 && !leaves(tensor) ? Optional.of(all.get(0)) : Optional.empty();
  }

  /** Whether a caller gets a tensor. */
  public boolean isOutput(Tensor tensor) {
    return outputs.contains(tensor.name());
  }

  /** Whether a caller gets a tensor, or the next call does. */
  public boolean leaves(Tensor tensor) {
    return isOutput(tensor) || states.stream().anyMatch(state -> state.output().equals(tensor));
  }

  /** Multiply-accumulates for one image. */
  public long macs() {
    return nodes.stream().mapToLong(node -> node.op().macs(inputsOf(node))).sum();
  }

  /**
   * Steps of the plainest implementation for one image, as {@link Op#operations} counts them; 2^62
   * stands for more.
   */
  public long operations() {
    long most = 1L << 62;
    return nodes.stream()
        .mapToLong(node -> node.op().operations(inputsOf(node)))
        .reduce(0, (a, b) -> Math.min(most, a + Math.min(most, b)));
  }

  /** The node that {@link #operations()} counts most for, for messages. */
  public String costliest() {
    return nodes.stream()
        .max(Comparator.comparingLong(node -> node.op().operations(inputsOf(node))))
        .map(node -> "node '" + node.name() + "' (" + node.op().onnxName() + ")")
        .orElse("no node");
  }

  /** Those of {@link #macs()} that multiply integers: in nodes whose first operand is codes. */
  public long integerMacs() {
    return nodes.stream()
        .filter(node -> isInteger(inputsOf(node).get(0)))
        .mapToLong(node -> node.op().macs(inputsOf(node)))
        .sum();
  }

  private static boolean isInteger(Tensor tensor) {
    return switch (tensor.arithmetic()) {
      case CODES, DYNAMIC_CODES -> true;
      case REALS -> false;
    };
  }

  /**
   * The float islands: nodes that compute in float32. A Softmax at the end, behind the last layer,
   * is none, nor is the scaling of an input before it is quantized.
   */
  public List<Node> islands() {
    Set<String> inFront = inFront();
    return nodes.stream()
        .filter(node -> computesReals(node) && !inFront.contains(node.output()))
        .filter(node -> !isSoftmaxAtEnd(node))
        .toList();
  }

  private boolean computesReals(Node node) {
    return outputOf(node).arithmetic() == Arithmetic.REALS
        && inputsOf(node).stream().allMatch(input -> input.arithmetic() == Arithmetic.REALS)
        && node.op().effect().isComputed();
  }

  private boolean isSoftmaxAtEnd(Node node) {
    return node.op() instanceof ChannelOp.Softmax && readers(outputOf(node)).isEmpty();
  }

  /** The inputs, and what scaling makes of them. */
  private Set<String> inFront() {
    Set<String> inFront = new HashSet<>(inputs);
    for (Node node : nodes) {
      if (node.op().scalesChannels() && inFront.containsAll(node.inputs())) {
        inFront.add(node.output());
      }
    }
    return inFront;
  }

  private List<Tensor> tensors(Collection<String> names) {
    return names.stream().map(this::tensor).toList();
  }

  private static Tensor find(Map<String, Tensor> tensors, String tensorName) {
    Tensor tensor = tensors.get(tensorName);
    if (tensor == null) {
      throw new IllegalArgumentException("there is no tensor '" + tensorName + "'");
    }
    return tensor;
  }

  /** Collects nodes in execution order and checks each as it comes. */
  public static final class Builder {
    private final String name;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final List<String> inputs = new ArrayList<>();
    private final Map<String, State> states = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Set<String> nodeNames = new LinkedHashSet<>();
    private final Set<String> reserved = new HashSet<>();

    private Builder(String name) {
      this.name = name;
    }

    /**
     * Adds a tensor that a caller provides.
     *
     * @throws IllegalArgumentException if the name is taken or callers cannot know its codes' scale
     */
    public Builder input(Tensor tensor) {
      requireKnownScale("input", tensor);
      define(tensor);
      inputs.add(tensor.name());
      return this;
    }

    /**
     * Makes an input a state: what it is in a call is what an output of a node was in the call
     * before, image by image. In the first one it is real 0, as codes the zero point.
     *
     * @param input added before by {@link #input}; callers provide it no longer
     * @param output of a node, of the same shape and type
     * @throws IllegalArgumentException if there is no such input or node, or the two differ
     */
    public Builder state(String input, String output) {
      Tensor from = find(tensors, output);
      Tensor to = find(tensors, input);
      if (!inputs.contains(input)) {
        throw new IllegalArgumentException(
            "state '" + input + "' is no input, or the state of another output already");
      }
      if (nodes.stream().noneMatch(node -> node.output().equals(output))) {
        throw new IllegalArgumentException(
            "state '" + input + "': no node computes '" + output + "'; add an Identity of it");
      }
      if (!to.shape().equals(from.shape()) || !to.type().equals(from.type())) {
        throw new IllegalArgumentException(
            "state '"
                + input
                + "' is "
                + to.shape()
                + " of "
                + to.type()
                + ", but '"
                + output
                + "' is "
                + from.shape()
                + " of "
                + from.type());
      }
      inputs.remove(input);
      states.put(input, new State(to, from));
      return this;
    }

    /**
     * Adds a node that reads tensors added before.
     *
     * @param output name and type of the result; its shape follows from the operation
     * @throws IllegalArgumentException if the node could not run, naming the node and the reason
     */
    public Builder node(
        String nodeName, Op op, List<String> inputNames, String output, Tensor.Type outputType) {
      if (!nodeNames.add(nodeName)) {
        throw new IllegalArgumentException("two nodes are named '" + nodeName + "'");
      }
      try {
        List<Tensor> operands = inputNames.stream().map(n -> find(tensors, n)).toList();
        Tensor result = new Tensor(output, op.outputShape(operands), outputType);
        op.checkOutput(operands, result);
        define(result);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "node '" + nodeName + "' (" + op.onnxName() + "): " + e.getMessage(), e);
      }
      nodes.add(new Node(nodeName, op, inputNames, output));
      return this;
    }

    /** Keeps names for tensors that come later: {@link #freeName} makes others. */
    public Builder reserve(Collection<String> names) {
      reserved.addAll(names);
      return this;
    }

    /** The wanted name, with {@code _} behind it until no tensor or node has or awaits it. */
    public String freeName(String wanted) {
      return Graph.freeName(
          wanted,
          free -> tensors.containsKey(free) || nodeNames.contains(free) || reserved.contains(free));
    }

    /** The tensor of that name among those added so far. */
    public Tensor tensor(String tensorName) {
      return find(tensors, tensorName);
    }

    public Graph build(String... outputs) {
      if (inputs.isEmpty() || outputs.length == 0) {
        throw new IllegalArgumentException(
            "graph '" + name + "' needs at least one input and one output");
      }
      Set<String> distinct = new HashSet<>();
      for (String output : outputs) {
        requireKnownScale("output", find(tensors, output));
        if (!distinct.add(output)) {
          throw new IllegalArgumentException("output '" + output + "' is listed twice");
        }
      }
      return new Graph(this, List.of(outputs));
    }

    private static void requireKnownScale(String role, Tensor tensor) {
      if (tensor.arithmetic() == Arithmetic.DYNAMIC_CODES) {
        throw new IllegalArgumentException(
            role
                + " '"
                + tensor.name()
                + "' holds "
                + Operands.words(tensor.arithmetic())
                + ", which callers cannot give or get: use real numbers");
      }
    }

    private void define(Tensor tensor) {
      if (tensors.putIfAbsent(tensor.name(), tensor) != null) {
        throw new IllegalArgumentException("two tensors are named '" + tensor.name() + "'");
      }
    }
  }
}
