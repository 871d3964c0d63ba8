package org.qat4j.onnx;

import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;

/**
 * Reads convolutions and dense layers, with the bias as their own input or as an Add behind them.
 */
final class LayerDecoder {
  private static final int INPUT = 0;
  private static final int WEIGHT = 1;
  private static final int BIAS = 2;

  private LayerDecoder() {}

  static void conv(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(2, 3);
    Tensor input = decoder.codes(node, INPUT);
    Value.Weight weight = weight(node, decoder);
    int[] dims = weight.codes().dims();
    if (dims.length != 4 || !input.shape().isImage()) {
      throw node.error(
          "its weights have sizes "
              + weight.codes().shape()
              + " and its image "
              + input.shape()
              + "; only 2-D convolution is supported");
    }
    Window window =
        WindowDecoder.of(node, input.shape(), Optional.of(new int[] {dims[2], dims[3]}));
    Weights weights = WeightDecoder.weights(node, weight, decoder);
    Optional<Bias> bias = bias(node, weights, input, decoder);
    long groups = node.integer("group", 1);
    if (groups < 1 || groups > dims[0]) {
      throw node.error("has " + groups + " groups for " + dims[0] + " output channels");
    }
    pend(node, input, weights, new LayerOp.Conv(window, (int) groups, weights, bias), decoder);
  }

  static void gemm(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(2, 3);
    boolean hasBias = hasBias(node);
    boolean outputsFirst = node.integer("transB", 0) != 0;
    Tensor input = decoder.codes(node, INPUT);
    Weights weights = matrix(node, outputsFirst, decoder);
    Optional<Bias> bias = hasBias ? bias(node, weights, input, decoder) : Optional.empty();
    pend(node, input, weights, new LayerOp.Dense(weights, bias), decoder);
  }

  /** Checks the factors of a Gemm, and says whether it adds a bias. */
  static boolean hasBias(OnnxNode node) throws OnnxFormatException {
    float beta = node.real("beta", 1);
    boolean hasBias = node.hasInput(BIAS) && beta != 0;
    if (node.integer("transA", 0) != 0 || node.real("alpha", 1) != 1 || (hasBias && beta != 1)) {
      throw node.error(
          "has transA "
              + node.integer("transA", 0)
              + ", alpha "
              + node.real("alpha", 1)
              + ", beta "
              + beta
              + "; supported are transA 0, alpha 1 and beta 1, or beta 0 for no bias");
    }
    return hasBias;
  }

  static void matMul(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Tensor input = decoder.codes(node, INPUT);
    Weights weights = matrix(node, false, decoder);
    pend(node, input, weights, new LayerOp.Dense(weights, Optional.empty()), decoder);
  }

  /** Adds a constant behind a layer to it as its bias; empty if the layer cannot take it. */
  static Optional<Pending> withBias(
      OnnxNode node, Pending pending, Value constant, GraphDecoder decoder)
      throws OnnxFormatException {
    if (!pending.isBareLayer()) {
      return Optional.empty();
    }
    Pending.Layer layer = (Pending.Layer) pending.origin();
    layer.claim(decoder.allowsFloat());
    Tensor input = layer.inputs().get(0);
    LayerOp biased = null;
    if (layer.op() instanceof LayerOp.Conv conv && conv.bias().isEmpty()) {
      Bias bias = BiasDecoder.ofImage(node, constant, conv.weights(), input.params(), decoder);
      biased = new LayerOp.Conv(conv.window(), conv.groups(), conv.weights(), Optional.of(bias));
    } else if (layer.op() instanceof LayerOp.Dense dense && dense.bias().isEmpty()) {
      Bias bias = BiasDecoder.of(node, constant, dense.weights(), input.params(), decoder);
      biased = new LayerOp.Dense(dense.weights(), Optional.of(bias));
    }
    return Optional.ofNullable(biased)
        .map(op -> pending.withLayer(node, new Pending.Layer(layer.node(), layer.inputs(), op)));
  }

  private static Weights matrix(OnnxNode node, boolean outputsFirst, GraphDecoder decoder)
      throws OnnxFormatException {
    Value.Weight weight = weight(node, decoder);
    if (weight.codes().dims().length != 2) {
      throw node.error("its weights have sizes " + weight.codes().shape() + ", expected a matrix");
    }
    return WeightDecoder.weights(
        node, outputsFirst ? weight : decoder.transposed(node, weight), decoder);
  }

  private static Value.Weight weight(OnnxNode node, GraphDecoder decoder)
      throws OnnxFormatException {
    Value value = decoder.value(node, WEIGHT);
    if (value instanceof Value.Weight weight) {
      return weight;
    }
    throw node.error(
        "its weights '"
            + node.input(WEIGHT)
            + "' are "
            + value.kind()
            + ", so it would run in float; quantize them: constant codes and a DequantizeLinear");
  }

  private static Optional<Bias> bias(
      OnnxNode node, Weights weights, Tensor input, GraphDecoder decoder)
      throws OnnxFormatException {
    return node.hasInput(BIAS)
        ? Optional.of(
            BiasDecoder.of(node, decoder.value(node, BIAS), weights, input.params(), decoder))
        : Optional.empty();
  }

  private static void pend(
      OnnxNode node, Tensor input, Weights weights, LayerOp op, GraphDecoder decoder)
      throws OnnxFormatException {
    decoder.budget().spend(node, weights.outChannels());
    decoder.define(node.output(), JoinDecoder.pending(node, List.of(input), op));
  }
}
