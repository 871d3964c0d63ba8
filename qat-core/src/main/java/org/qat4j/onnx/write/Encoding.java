package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Effect;
import org.qat4j.graph.Embedding;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.Initializers;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.Metadata;
import org.qat4j.onnx.Names;
import org.qat4j.onnx.OnnxNodes;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * One graph on its way to an ONNX model: names, constants, and how codes become real numbers and
 * back. Code tensors keep their names; the real tensors between them, which exist for the notation
 * only, get names derived from those.
 */
final class Encoding {
  private static final int BASE_OPSET = 13;

  private final Graph graph;
  private final GraphProto.Builder proto = GraphProto.newBuilder();
  private final Names tensorNames;
  private final Names nodeNames;
  private final Map<String, String> dequantized = new HashMap<>();
  private final Map<String, String> metadata = new TreeMap<>();
  private final Map<String, String> scaleNames = new HashMap<>();
  private final Map<String, String> zeroPointNames = new HashMap<>();
  private final Map<String, String> dynamicScales = new HashMap<>();
  private final Map<String, String> dynamicZeroPoints = new HashMap<>();
  private int opset = BASE_OPSET;

  Encoding(Graph graph) {
    this.graph = graph;
    this.tensorNames = new Names(graph.tensors().stream().map(Tensor::name).toList());
    this.nodeNames = new Names(graph.nodes().stream().map(Node::name).toList());
  }

  /**
   * Whether a reader of the file takes a tensor for real numbers though a QuantizeLinear follows:
   * inputs and results of float islands, and those of layers that have other readers.
   */
  boolean staysReal(Tensor tensor) {
    return graph.producer(tensor).map(node -> staysReal(node, tensor)).orElse(true);
  }

  private boolean staysReal(Node producer, Tensor tensor) {
    Tensor input = graph.inputsOf(producer).get(0);
    return switch (producer.op().effect()) {
      case RESHAPES, RENAMES -> staysReal(input) || isShared(tensor);
      case DEQUANTIZES -> false;
      case QUANTIZES, COMPUTES, JOINS, CHOOSES, TAKES, EXTENDS ->
          input.arithmetic() == Arithmetic.REALS || isShared(tensor);
    };
  }

  private boolean isShared(Tensor tensor) {
    return graph.leaves(tensor)
        || graph.readers(tensor).stream()
            .anyMatch(reader -> reader.op().effect() != Effect.QUANTIZES);
  }

  Graph graph() {
    return graph;
  }

  /** Nodes and constants so far; the caller adds inputs and outputs. */
  GraphProto.Builder proto() {
    return proto;
  }

  /** The first operator set that has all that was added. */
  int opset() {
    return opset;
  }

  Map<String, String> metadata() {
    return metadata;
  }

  void requireOpset(int version) {
    opset = Math.max(opset, version);
  }

  void declare(String key, String value) {
    metadata.put(key, value);
  }

  String tensorName(String wanted) {
    return tensorNames.unique(wanted);
  }

  /** Of the ONNX nodes that one node of the graph becomes. */
  NodeNames names(Node node) {
    return new NodeNames(node.name(), nodeNames);
  }

  String nodeName(String wanted) {
    return nodeNames.unique(wanted);
  }

  void add(NodeProto.Builder node) {
    proto.addNode(node);
  }

  /** Adds a constant and returns its name. */
  String constant(TensorProto tensor) {
    proto.addInitializer(tensor);
    return tensor.getName();
  }

  /**
   * The name of a tensor's real values: its own, or those that a shared DequantizeLinear makes of
   * its codes.
   */
  String real(Tensor tensor) {
    if (!tensor.isCodes()) {
      return tensor.name();
    }
    return dequantized.computeIfAbsent(
        tensor.name(),
        name -> {
          String output = tensorName(name + "/dequantized");
          dequantize(tensor, nodeName(name + "/dequantize"), output);
          return output;
        });
  }

  void dequantize(Tensor codes, String node, String output) {
    add(
        OnnxNodes.node(
            "DequantizeLinear",
            node,
            output,
            codes.name(),
            scaleName(codes),
            zeroPointName(codes)));
  }

  /**
   * Turns a real tensor into codes: a clip node where other runtimes can fold it away,
   * QuantizeLinear, and a clip of the codes where their range is narrower than the storage type.
   *
   * @param real the tensor before the clip
   * @param names of the nodes
   */
  void quantize(String real, Clip clip, Tensor output, NodeNames names) {
    quantize(real, clip, ClipPlan.of(clip, output.params()), output, names);
  }

  /**
   * Turns dequantized codes into codes again. A Clip behind QuantizeLinear, even one of all codes,
   * keeps ONNX Runtime from merging the two pairs of QuantizeLinear and DequantizeLinear, which
   * would change the numbers.
   */
  void requantize(String real, Clip clip, Tensor output, NodeNames names) {
    quantize(real, clip, ClipPlan.of(clip, output.params()).withCodeClip(), output, names);
  }

  private void quantize(String real, Clip clip, ClipPlan plan, Tensor output, NodeNames names) {
    defineParams(output);
    String clipped = plan.real().equals(Clip.NONE) ? real : tensorName(output.name() + "/clipped");
    clip(names, plan.real(), real, clipped);
    plan.codes()
        .ifPresentOrElse(
            range -> quantizeThenClip(clipped, range, output, names),
            () -> addQuantize(clipped, output, output.name(), names));
    plan.declaredClip(clip).ifPresent(text -> declare(Metadata.CLIP + names.first(), text));
    declareRange(output, plan.readableRange());
  }

  /** Adds a Relu or Clip node; nothing for {@link Clip#NONE}. */
  void clip(NodeNames names, Clip clip, String input, String output) {
    if (clip.equals(Clip.RELU)) {
      add(OnnxNodes.node("Relu", names.next("/relu"), output, input));
    } else if (!clip.equals(Clip.NONE)) {
      String min = bound(output + "/min", clip.min());
      String max = bound(output + "/max", clip.max());
      add(OnnxNodes.node("Clip", names.next("/clip"), output, input, min, max));
    }
  }

  private String bound(String name, float value) {
    return Float.isInfinite(value)
        ? ""
        : constant(Initializers.floats(tensorName(name), new long[0], value));
  }

  private void quantizeThenClip(String real, IntRange range, Tensor output, NodeNames names) {
    IntegerType storage = IntegerType.of(output.params().range());
    String unclipped = tensorName(output.name() + "/unclipped");
    addQuantize(real, output, unclipped, names);
    String min = constant(scalar(tensorName(output.name() + "/min"), storage, range.min()));
    String max = constant(scalar(tensorName(output.name() + "/max"), storage, range.max()));
    add(OnnxNodes.node("Clip", names.next("/clip_codes"), output.name(), unclipped, min, max));
  }

  private void addQuantize(String real, Tensor output, String codes, NodeNames names) {
    add(
        OnnxNodes.node(
            "QuantizeLinear",
            names.next("/quantize"),
            codes,
            real,
            scaleName(output),
            zeroPointName(output)));
  }

  /**
   * Quantizes without a clip of the codes: the real values are already among those that the codes
   * mean.
   */
  void quantizeExact(String real, Tensor output, NodeNames names) {
    defineParams(output);
    addQuantize(real, output, output.name(), names);
  }

  /**
   * Adds an operation that works on the codes themselves, with the zero point as its last input:
   * other runtimes pad real numbers in float.
   */
  void copyCodes(Node node, String opType, String constant) {
    Tensor output = graph.outputOf(node);
    defineParams(output);
    String input = node.inputs().get(0);
    add(OnnxNodes.node(opType, node.name(), node.output(), input, constant, zeroPointName(output)));
  }

  /** Adds a node that moves what a tensor holds, codes or real numbers. */
  void move(Node node, String opType, String... constants) {
    Tensor output = graph.outputOf(node);
    if (output.isCodes()) {
      defineParams(output);
    }
    add(
        OnnxNodes.node(opType, node.name(), node.output(), node.inputs().get(0))
            .addAllInput(List.of(constants)));
  }

  private void declareRange(Tensor codes, IntRange readable) {
    IntRange range = codes.params().range();
    if (!range.equals(readable)) {
      declare(Metadata.RANGE + codes.name(), Metadata.text(range));
    }
  }

  /** Defines the scale and the codes of an input of the graph. */
  void defineInput(Tensor codes) {
    defineParams(codes);
    declareRange(codes, IntegerType.of(codes.params().range()).range());
  }

  private void defineParams(Tensor codes) {
    QuantParams params = codes.params();
    IntegerType storage = IntegerType.of(params.range());
    requireOpset(storage.opset());
    String scale = tensorName(codes.name() + "/scale");
    scaleNames.put(codes.name(), constant(Initializers.floats(scale, new long[0], params.scale())));
    String zeroPoint = tensorName(codes.name() + "/zero_point");
    zeroPointNames.put(codes.name(), constant(scalar(zeroPoint, storage, params.zeroPoint())));
  }

  private String scaleName(Tensor codes) {
    return scaleNames.get(codes.name());
  }

  private String zeroPointName(Tensor codes) {
    return zeroPointNames.get(codes.name());
  }

  /** Whether a file holds a tensor as integers: an input that embeddings read, and nothing else. */
  boolean isIndices(Tensor tensor) {
    return graph.inputs().contains(tensor)
        && !graph.leaves(tensor)
        && !graph.readers(tensor).isEmpty()
        && graph.readers(tensor).stream().allMatch(reader -> reader.op() instanceof Embedding);
  }

  /** The scale that is computed while running for codes of that name. */
  String dynamicScale(String codes) {
    return dynamicScales.computeIfAbsent(codes, name -> tensorName(name + "/scale"));
  }

  /** The zero point that is computed while running for codes of that name. */
  String dynamicZeroPoint(String codes) {
    return dynamicZeroPoints.computeIfAbsent(codes, name -> tensorName(name + "/zero_point"));
  }

  private static TensorProto scalar(String name, IntegerType storage, int code) {
    return Initializers.codes(name, storage, new long[0], code);
  }

  List<Tensor> inputsOf(Node node) {
    return graph.inputsOf(node);
  }
}
