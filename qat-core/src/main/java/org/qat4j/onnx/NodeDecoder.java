package org.qat4j.onnx;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Says what one kind of ONNX node means for the graph. */
@FunctionalInterface
interface NodeDecoder {
  void decode(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException;

  /** Everything that is read. */
  Map<String, NodeDecoder> ALL =
      Map.ofEntries(
          Map.entry("QuantizeLinear", QuantizationDecoder::quantize),
          Map.entry("DequantizeLinear", QuantizationDecoder::dequantize),
          Map.entry("Conv", LayerDecoder::conv),
          Map.entry("Gemm", LayerDecoder::gemm),
          Map.entry("MatMul", LayerDecoder::matMul),
          Map.entry("MaxPool", PoolDecoder::maxPool),
          Map.entry("AveragePool", PoolDecoder::averagePool),
          Map.entry("GlobalAveragePool", PoolDecoder::globalAveragePool),
          Map.entry("ReduceMean", PoolDecoder::reduceMean),
          Map.entry("Add", JoinDecoder::add),
          Map.entry("Concat", JoinDecoder::concat),
          Map.entry("Relu", ActivationDecoder::relu),
          Map.entry("Clip", ActivationDecoder::clip),
          Map.entry("LeakyRelu", ActivationDecoder::leakyRelu),
          Map.entry("Softmax", ActivationDecoder::softmax),
          Map.entry("Pad", ImageDecoder::pad),
          Map.entry("Resize", ImageDecoder::resize),
          Map.entry("Flatten", ShapeDecoder::flatten),
          Map.entry("Reshape", ShapeDecoder::reshape),
          Map.entry("Squeeze", ShapeDecoder::squeeze),
          Map.entry("Transpose", ShapeDecoder::transpose),
          Map.entry("Identity", ShapeDecoder::identity),
          Map.entry("Dropout", ShapeDecoder::identity),
          Map.entry("Constant", ShapeDecoder::constant));

  /**
   * Operators of other domains that mean the same: ONNX Runtime's quantizer writes them for 4 and
   * 16 bits.
   */
  Set<String> CONTRIBUTED = Set.of("QuantizeLinear", "DequantizeLinear");

  static NodeDecoder of(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    String domain = node.proto().getDomain();
    boolean standard = domain.isEmpty() || domain.equals("ai.onnx");
    boolean contributed = domain.equals("com.microsoft") && CONTRIBUTED.contains(node.op());
    boolean islands = decoder.allowsFloat() && standard;
    NodeDecoder island = islands ? IslandDecoder.ALL.get(node.op()) : null;
    NodeDecoder integer = standard || contributed ? ALL.get(node.op()) : null;
    if (integer == null && island == null) {
      throw refused(node);
    }
    if (node.output().isEmpty()) {
      throw node.error("has no output");
    }
    boolean real = island != null && (integer == null || IslandDecoder.isNeeded(node, decoder));
    return real ? island : integer;
  }

  /** The error of an operator that is not read. */
  static OnnxFormatException refused(OnnxNode node) {
    return node.error(reason(node));
  }

  private static String reason(OnnxNode node) {
    if (!node.proto().getDomain().isEmpty() && !node.proto().getDomain().equals("ai.onnx")) {
      return "belongs to domain '"
          + node.proto().getDomain()
          + "', which is not supported; export with standard operators";
    }
    return switch (node.op()) {
      case "QLinearConv", "QLinearMatMul", "ConvInteger", "MatMulInteger" ->
          "is in QOperator format; export the model in QDQ format (QuantizeLinear and DequantizeLinear nodes)";
      case "DynamicQuantizeLinear" ->
          "quantizes dynamically; export with static quantization in QDQ format";
      case "If", "Loop", "Scan" ->
          "is control flow, which is not supported; export the model for one fixed path";
      case "BatchNormalization" ->
          "would run in float; fold it into the convolution before it, then quantize";
      case "Shape", "Gather", "Unsqueeze", "Slice" ->
          "computes with shapes; export with fixed sizes behind the batch dimension and simplify constant parts";
      default ->
          "cannot run in integers here; supported operators: "
              + new TreeSet<>(ALL.keySet()).stream().collect(Collectors.joining(", "));
    };
  }
}
