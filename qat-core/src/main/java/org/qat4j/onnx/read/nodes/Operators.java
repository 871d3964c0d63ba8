package org.qat4j.onnx.read.nodes;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;

/** Every ONNX operator that is read, and who reads it. */
public final class Operators {
  /** Operators on codes, by name. */
  private static final Map<String, NodeDecoder> INTEGER =
      Map.ofEntries(
          Map.entry("QuantizeLinear", QuantizationDecoder::quantize),
          Map.entry("DequantizeLinear", QuantizationDecoder::dequantize),
          Map.entry("DynamicQuantizeLinear", DynamicDecoder::quantize),
          Map.entry("MatMulInteger", DynamicDecoder::matMulInteger),
          Map.entry("DynamicQuantizeMatMul", DynamicDecoder::quantizedMatMul),
          Map.entry("MatMulIntegerToFloat", DynamicDecoder::matMulToFloat),
          Map.entry("DynamicQuantizeLSTM", LstmDecoder::dynamic),
          Map.entry("ConstantOfShape", TimeFirstDecoder::zeros),
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
          Map.entry("Pad", PadDecoder::pad),
          Map.entry("Resize", ResizeDecoder::resize),
          Map.entry("Gather", EmbeddingDecoder::gather),
          Map.entry("Slice", ShapeDecoder::slice),
          Map.entry("Flatten", ShapeDecoder::flatten),
          Map.entry("Reshape", ShapeDecoder::reshape),
          Map.entry("Squeeze", ShapeDecoder::squeeze),
          Map.entry("Transpose", ShapeDecoder::transpose),
          Map.entry("Cast", QuantizationDecoder::cast),
          Map.entry("Identity", ShapeDecoder::identity),
          Map.entry("Dropout", ShapeDecoder::dropout),
          Map.entry("Constant", ShapeDecoder::constant));

  /** Operators on real numbers, by name. What is not here moves numbers only. */
  private static final Map<String, NodeDecoder> REAL =
      Map.ofEntries(
          Map.entry("Conv", RealLayerDecoder::conv),
          Map.entry("Gemm", RealLayerDecoder::gemm),
          Map.entry("MatMul", RealLayerDecoder::matMul),
          Map.entry("BatchNormalization", RealLayerDecoder::batchNorm),
          Map.entry("LSTM", LstmDecoder::real),
          Map.entry("Add", ScaleShiftDecoder::add),
          Map.entry("Sub", ScaleShiftDecoder::sub),
          Map.entry("Mul", ScaleShiftDecoder::mul),
          Map.entry("Div", ScaleShiftDecoder::div),
          Map.entry("Concat", JoinDecoder::realConcat),
          Map.entry("Relu", ActivationDecoder::realRelu),
          Map.entry("Clip", ActivationDecoder::realClip),
          Map.entry("LeakyRelu", ActivationDecoder::realLeakyRelu),
          Map.entry("Sigmoid", ActivationDecoder::sigmoid),
          Map.entry("Tanh", ActivationDecoder::tanh),
          Map.entry("HardSigmoid", ActivationDecoder::hardSigmoid),
          Map.entry("HardSwish", ActivationDecoder::hardSwish),
          Map.entry("AveragePool", PoolDecoder::realAveragePool),
          Map.entry("GlobalAveragePool", PoolDecoder::realGlobalAveragePool),
          Map.entry("ReduceMean", PoolDecoder::realMean));

  /** Operators on what belongs to codes whose scale is computed while running. */
  private static final Map<String, NodeDecoder> DYNAMIC =
      Map.of("Cast", DynamicDecoder::cast, "Mul", DynamicDecoder::mul);

  /** Operators around recurrent layers, whose first dimension is the time. */
  private static final Map<String, NodeDecoder> TIME_FIRST =
      Map.of(
          "Transpose", TimeFirstDecoder::transpose,
          "Squeeze", TimeFirstDecoder::squeeze,
          "Reshape", TimeFirstDecoder::reshape,
          "Slice", TimeFirstDecoder::part);

  /** Operators that are ONNX Runtime's own. */
  private static final Set<String> OWN =
      Set.of("DynamicQuantizeMatMul", "MatMulIntegerToFloat", "DynamicQuantizeLSTM");

  /**
   * Operators of other domains that mean the same: ONNX Runtime's quantizer writes them for 4 and
   * 16 bits.
   */
  private static final Set<String> CONTRIBUTED = Set.of("QuantizeLinear", "DequantizeLinear");

  private Operators() {}

  /**
   * Adds to the graph what a node means.
   *
   * @throws OnnxFormatException if it has no meaning there, naming the node and the reason
   */
  public static void decode(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    of(node, decoding).decode(node, decoding);
  }

  /** The names of the operators that are read on codes or on real numbers. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>(INTEGER.keySet());
    names.addAll(REAL.keySet());
    return names;
  }

  private static NodeDecoder of(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    String domain = node.proto().getDomain();
    boolean standard = domain.isEmpty() || domain.equals("ai.onnx");
    boolean own = OWN.contains(node.op());
    boolean contributed =
        domain.equals("com.microsoft") && (own || CONTRIBUTED.contains(node.op()));
    if (standard && SizesDecoder.isSizes(node, decoding)) {
      return SizesDecoder::decode;
    }
    if (standard && DYNAMIC.containsKey(node.op()) && DynamicDecoder.isPart(node, decoding)) {
      return DYNAMIC.get(node.op());
    }
    if (standard && TIME_FIRST.containsKey(node.op()) && TimeFirstDecoder.isPart(node, decoding)) {
      return TIME_FIRST.get(node.op());
    }
    boolean islands =
        standard && (decoding.allowsFloat() || InputScaling.isInFront(node, decoding));
    NodeDecoder island = islands ? REAL.get(node.op()) : null;
    NodeDecoder integer = (standard && !own) || contributed ? INTEGER.get(node.op()) : null;
    if (integer == null && island == null) {
      throw refused(node, decoding.allowsFloat());
    }
    if (node.output().isEmpty()) {
      throw node.error("has no output");
    }
    boolean real = island != null && (integer == null || IslandDecoder.isNeeded(node, decoding));
    return real ? island : integer;
  }

  private static String supported(boolean floatAllowed) {
    Set<String> operators = floatAllowed ? names() : new TreeSet<>(INTEGER.keySet());
    operators.addAll(SizesDecoder.operators());
    return "; supported operators: " + String.join(", ", operators);
  }

  /** The error of an operator that is not read. */
  public static OnnxFormatException refused(OnnxNode node, boolean floatAllowed) {
    return node.error(reason(node, floatAllowed));
  }

  private static String reason(OnnxNode node, boolean floatAllowed) {
    if (!node.proto().getDomain().isEmpty() && !node.proto().getDomain().equals("ai.onnx")) {
      return "belongs to domain '"
          + node.proto().getDomain()
          + "', which is not supported; export with standard operators";
    }
    return switch (node.op()) {
      case "QLinearConv", "QLinearMatMul", "ConvInteger" ->
          "is in QOperator format; export the model in QDQ format (QuantizeLinear and DequantizeLinear nodes)";
      case "If", "Loop", "Scan" ->
          "is control flow, which is not supported; export the model for one fixed path, or recurrent"
              + " layers in the form of docs/onnx.md";
      case "LSTM" -> "would run in float; quantize it dynamically (DynamicQuantizeLSTM)";
      case "GRU", "RNN" ->
          "is not supported; of recurrent operators LSTM and DynamicQuantizeLSTM are, and the form of"
              + " docs/onnx.md";
      case "BatchNormalization" ->
          "would run in float; fold it into the convolution before it, then quantize";
      case "Unsqueeze" ->
          "picks numbers of an activation or a long constant; only sizes of tensors are computed with";
      case "Sub", "Mul", "Div" ->
          "would run in float; in front of the first QuantizeLinear, a constant scales the input";
      default ->
          (floatAllowed ? "is not supported" : "cannot run in integers here")
              + supported(floatAllowed);
    };
  }
}
