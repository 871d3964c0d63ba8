package org.qat4j.onnx.read;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.qat4j.graph.Arithmetic;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Budget;
import org.qat4j.onnx.read.file.ExternalData;
import org.qat4j.onnx.read.file.FileContent;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.nodes.Operators;

/**
 * Reads a quantized ONNX model (QDQ format or dynamic quantization, opset 13 to 23) as an INT8
 * network.
 *
 * <p>The file need not be trusted: memory and time are bounded by its size, no other file is opened
 * but those beside it that hold its data, and whatever cannot run in integers is refused.
 * docs/onnx.md lists what is understood.
 */
public final class OnnxReader {
  private static final int MIN_OPSET = 13;
  private static final int MAX_OPSET = 23;
  private static final int NAMED_ISLANDS = 10;
  private static final Set<String> QUANTIZED =
      Set.of(
          "QuantizeLinear",
          "DequantizeLinear",
          "DynamicQuantizeLinear",
          "DynamicQuantizeMatMul",
          "DynamicQuantizeLSTM");

  private OnnxReader() {}

  /**
   * Reads a model file.
   *
   * @throws IOException if the file cannot be read
   * @throws OnnxFormatException if it is corrupt, not quantized, or holds an operator that cannot
   *     run in integers; the message names the node and the reason, and if the model could be read
   *     with float islands, all nodes that would be
   */
  public static Graph read(Path file) throws IOException {
    return readKept(FileContent.of(file), file.toString(), ExternalData.beside(file));
  }

  /**
   * Reads a model file, whose nodes may run in float where they cannot run in integers: {@link
   * Graph#islands()}. What can be read without that is read as without it.
   *
   * @throws IOException if the file cannot be read
   * @throws OnnxFormatException if it is corrupt, not quantized at all, or holds an operator that
   *     cannot run here; the message names the node and the reason
   */
  public static Graph readAllowingFloat(Path file) throws IOException {
    return readKeptAllowingFloat(FileContent.of(file), file.toString(), ExternalData.beside(file));
  }

  /**
   * Reads the content of a model file.
   *
   * @param bytes content of a model file; not modified, and not read after the return
   * @param source what messages call it
   * @throws OnnxFormatException as above
   */
  public static Graph read(byte[] bytes, String source) throws OnnxFormatException {
    return readKept(bytes.clone(), source, ExternalData.none());
  }

  /** The graph may keep the bytes: large weights are not copied. */
  private static Graph readKept(byte[] bytes, String source, ExternalData external)
      throws OnnxFormatException {
    ModelProto model = parse(bytes, source);
    check(model, source);
    try {
      return decode(model, bytes.length, source, external, false);
    } catch (OnnxFormatException refusal) {
      Optional<Graph> graph = attempt(model, bytes.length, source, external, true);
      if (graph.filter(OnnxReader::isDynamic).isPresent()) {
        return graph.get();
      }
      throw graph
          .map(islands -> new OnnxFormatException(refusal.getMessage() + hint(islands), refusal))
          .orElse(refusal);
    }
  }

  /**
   * Whether a network quantizes while it runs, so that real numbers between its layers are the
   * rule, and no layer with weights runs in float.
   */
  private static boolean isDynamic(Graph graph) {
    return graph.tensors().stream().anyMatch(t -> t.arithmetic() == Arithmetic.DYNAMIC_CODES)
        && graph.islands().stream().allMatch(node -> node.op().weights().isEmpty());
  }

  /**
   * Reads the content of a model file, as {@link #readAllowingFloat(Path)} does.
   *
   * @param bytes content of a model file; not modified, and not read after the return
   * @param source what messages call it
   * @throws OnnxFormatException as above
   */
  public static Graph readAllowingFloat(byte[] bytes, String source) throws OnnxFormatException {
    return readKeptAllowingFloat(bytes.clone(), source, ExternalData.none());
  }

  private static Graph readKeptAllowingFloat(byte[] bytes, String source, ExternalData external)
      throws OnnxFormatException {
    ModelProto model = parse(bytes, source);
    check(model, source);
    Optional<Graph> integers = attempt(model, bytes.length, source, external, false);
    return integers.isPresent()
        ? integers.get()
        : decode(model, bytes.length, source, external, true);
  }

  private static Optional<Graph> attempt(
      ModelProto model, long bytes, String source, ExternalData external, boolean allowsFloat) {
    try {
      return Optional.of(decode(model, bytes, source, external, allowsFloat));
    } catch (OnnxFormatException e) {
      return Optional.empty();
    }
  }

  private static Graph decode(
      ModelProto model, long bytes, String source, ExternalData external, boolean allowsFloat)
      throws OnnxFormatException {
    Map<String, String> metadata = new HashMap<>();
    for (StringStringEntryProto entry : model.getMetadataPropsList()) {
      metadata.put(entry.getKey(), entry.getValue());
    }
    Graph graph =
        new GraphDecoder(
                model.getGraph(),
                source,
                external,
                metadata,
                new Budget(bytes, external),
                allowsFloat)
            .decode();
    if (graph.tensors().stream().allMatch(OnnxReader::isReal)) {
      throw new OnnxFormatException(
          source
              + ": model is not quantized: none of its activations are, so that all of it would run in float;"
              + " quantize it to QDQ format first");
    }
    return graph;
  }

  private static boolean isReal(Tensor tensor) {
    return tensor.arithmetic() == Arithmetic.REALS;
  }

  private static String hint(Graph graph) {
    List<Node> islands = graph.islands();
    if (islands.isEmpty()) {
      return "; or let real numbers pass between layers: LoadOptions.ALLOW_FLOAT, --allow-float";
    }
    String named =
        islands.stream()
            .limit(NAMED_ISLANDS)
            .map(node -> "'" + node.name() + "' (" + node.op().onnxName() + ")")
            .collect(Collectors.joining(", "));
    int more = islands.size() - NAMED_ISLANDS;
    return "; or let "
        + named
        + (more > 0 ? " and " + more + " more" : "")
        + " run in float: LoadOptions.ALLOW_FLOAT, --allow-float";
  }

  private static ModelProto parse(byte[] bytes, String source) throws OnnxFormatException {
    try {
      CodedInputStream input = UnsafeByteOperations.unsafeWrap(bytes).newCodedInput();
      input.enableAliasing(true);
      ModelProto model = ModelProto.parseFrom(input);
      input.checkLastTagWas(0);
      return model;
    } catch (IOException e) {
      throw new OnnxFormatException(
          source + ": is not an ONNX model, or is truncated or corrupt (" + e.getMessage() + ")",
          e);
    }
  }

  private static void check(ModelProto model, String source) throws OnnxFormatException {
    GraphProto graph = model.getGraph();
    if (graph.getNodeCount() == 0) {
      throw new OnnxFormatException(
          source + ": is not an ONNX model, or is truncated: it has no nodes");
    }
    int tensors = graph.getInitializerCount() + graph.getInputCount() + graph.getOutputCount();
    if (graph.getNodeCount() > FormatLimits.NODES || tensors > FormatLimits.TENSORS) {
      throw new OnnxFormatException(
          source
              + ": has "
              + graph.getNodeCount()
              + " nodes and "
              + tensors
              + " tensors, at most "
              + FormatLimits.NODES
              + " and "
              + FormatLimits.TENSORS
              + " are read");
    }
    if (graph.getSparseInitializerCount() > 0) {
      throw new OnnxFormatException(
          source + ": has sparse initializers, which are not supported; save them dense");
    }
    checkOpset(model.getOpsetImportList(), source);
    checkQuantized(graph.getNodeList(), source);
  }

  private static void checkOpset(List<OperatorSetIdProto> opsets, String source)
      throws OnnxFormatException {
    long version =
        opsets.stream()
            .filter(opset -> opset.getDomain().isEmpty() || opset.getDomain().equals("ai.onnx"))
            .mapToLong(OperatorSetIdProto::getVersion)
            .findFirst()
            .orElse(0);
    if (version < MIN_OPSET || version > MAX_OPSET) {
      throw new OnnxFormatException(
          source
              + ": uses opset "
              + version
              + ", expected "
              + MIN_OPSET
              + " to "
              + MAX_OPSET
              + "; export it with one of those, or convert it with onnx.version_converter");
    }
  }

  private static void checkQuantized(List<NodeProto> nodes, String source)
      throws OnnxFormatException {
    for (NodeProto node : nodes) {
      String op = node.getOpType();
      if (QUANTIZED.contains(op)) {
        return;
      }
      if (op.startsWith("QLinear") || op.equals("ConvInteger")) {
        throw Operators.refused(new OnnxNode(node, source), false);
      }
    }
    throw new OnnxFormatException(
        source
            + ": model is not quantized: none of its "
            + nodes.size()
            + " nodes is a QuantizeLinear, DequantizeLinear or DynamicQuantizeLinear; quantize it to QDQ"
            + " format or dynamically first");
  }
}
