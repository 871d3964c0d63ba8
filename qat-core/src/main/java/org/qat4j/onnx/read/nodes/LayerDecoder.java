package org.qat4j.onnx.read.nodes;

import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.graph.Window;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.LayerOp;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.Value;

/** Reads convolutions and dense layers. */
final class LayerDecoder {
  private static final int INPUT = 0;
  private static final int WEIGHT = 1;

  private LayerDecoder() {}

  static void conv(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 3);
    Tensor input = decoding.codes(node, INPUT);
    Value.Weight weight = weight(node, decoding);
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
    Weights weights = WeightDecoder.weights(node, weight, decoding);
    Optional<Bias> bias = BiasDecoder.ofInput(node, weights, input, decoding);
    long groups = node.integer("group", 1);
    if (groups < 1 || groups > dims[0]) {
      throw node.error("has " + groups + " groups for " + dims[0] + " output channels");
    }
    pend(node, input, weights, new LayerOp.Conv(window, (int) groups, weights, bias), decoding);
  }

  static void gemm(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 3);
    boolean hasBias = BiasDecoder.isAdded(node);
    boolean outputsFirst = node.integer("transB", 0) != 0;
    Tensor input = decoding.codes(node, INPUT);
    BiasDecoder.requireFeatures(node, input.shape());
    Weights weights = matrix(node, outputsFirst, decoding);
    Optional<Bias> bias =
        hasBias ? BiasDecoder.ofInput(node, weights, input, decoding) : Optional.empty();
    pend(node, input, weights, new LayerOp.Dense(weights, bias), decoding);
  }

  static void matMul(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Tensor input = decoding.codes(node, INPUT);
    Weights weights = matrix(node, false, decoding);
    pend(node, input, weights, new LayerOp.Dense(weights, Optional.empty()), decoding);
  }

  private static Weights matrix(OnnxNode node, boolean outputsFirst, Decoding decoding)
      throws OnnxFormatException {
    Value.Weight weight = weight(node, decoding);
    if (weight.codes().dims().length != 2) {
      throw node.error("its weights have sizes " + weight.codes().shape() + ", expected a matrix");
    }
    return WeightDecoder.weights(
        node, outputsFirst ? weight : decoding.transposed(node, weight), decoding);
  }

  private static Value.Weight weight(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Value value = decoding.value(node, WEIGHT);
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

  private static void pend(
      OnnxNode node, Tensor input, Weights weights, LayerOp op, Decoding decoding)
      throws OnnxFormatException {
    decoding.budget().spend(node, weights.outChannels());
    decoding.define(node.output(), Pending.layer(node, List.of(input), op));
  }
}
