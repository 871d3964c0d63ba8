package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.Optional;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.BiasScale;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.ChannelScales;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.LayerOp;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.RealConstant;
import org.qat4j.onnx.read.values.Value;
import org.qat4j.scheme.QuantParams;

/**
 * Reads the bias of a layer, its own input or an Add behind it, and brings it, float or quantized,
 * to accumulator units.
 */
final class BiasDecoder {
  /** A scale that was computed in another order may differ from ours in its last bits. */
  private static final double SAME_SCALE = 1e-6;

  private static final int BIAS = 2;

  private BiasDecoder() {}

  /** A Gemm is of matrices only. */
  static void requireFeatures(OnnxNode node, Shape input) throws OnnxFormatException {
    if (input.kind() != Shape.Kind.FEATURES) {
      throw node.error("reads " + input + ", expected [N, features]");
    }
  }

  /** Checks the factors of a Gemm, and says whether it adds its bias. */
  static boolean isAdded(OnnxNode node) throws OnnxFormatException {
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

  /** The bias that is the third input of a layer, if there is one. */
  static Optional<Bias> ofInput(OnnxNode node, Weights weights, Tensor input, Decoding decoding)
      throws OnnxFormatException {
    return node.hasInput(BIAS)
        ? Optional.of(of(node, decoding.value(node, BIAS), weights, input.params(), decoding))
        : Optional.empty();
  }

  /** Adds a constant behind a layer to it as its bias; empty if the layer cannot take it. */
  static Optional<Pending> withBias(
      OnnxNode node, Pending pending, Value constant, Decoding decoding)
      throws OnnxFormatException {
    if (!pending.isBareLayer()) {
      return Optional.empty();
    }
    Pending.Layer layer = (Pending.Layer) pending.origin();
    layer.claim(decoding.allowsFloat());
    Tensor input = layer.inputs().get(0);
    LayerOp biased = null;
    if (layer.op() instanceof LayerOp.Conv conv && conv.bias().isEmpty()) {
      Bias bias = ofImage(node, constant, conv.weights(), input.params(), decoding);
      biased = new LayerOp.Conv(conv.window(), conv.groups(), conv.weights(), Optional.of(bias));
    } else if (layer.op() instanceof LayerOp.Dense dense && dense.bias().isEmpty()) {
      Bias bias = of(node, constant, dense.weights(), input.params(), decoding);
      biased = new LayerOp.Dense(dense.weights(), Optional.of(bias));
    } else if (layer.op() instanceof LayerOp.DynamicDense dense && dense.bias().isEmpty()) {
      biased =
          new LayerOp.DynamicDense(
              dense.weights(), ofReals(node, constant, dense.weights().outChannels(), decoding));
    }
    return Optional.ofNullable(biased)
        .map(op -> pending.withLayer(node, new Pending.Layer(layer.node(), layer.inputs(), op)));
  }

  private static Optional<Reals> ofReals(
      OnnxNode node, Value constant, int outputs, Decoding decoding) throws OnnxFormatException {
    RealConstant bias =
        RealConstant.of(constant).orElseThrow(() -> node.error("its bias is " + constant.kind()));
    return Optional.of(new Reals(bias.perChannel(node, Shape.of(outputs), decoding.budget())));
  }

  /** A bias of one number per output, in the last dimension. */
  private static Bias of(
      OnnxNode node, Value value, Weights weights, QuantParams input, Decoding decoding)
      throws OnnxFormatException {
    return bias(node, value, 1, weights, input, decoding);
  }

  /**
   * A bias that is added to an image: one number per channel, [1, channels, 1, 1] or [channels, 1,
   * 1].
   */
  private static Bias ofImage(
      OnnxNode node, Value value, Weights weights, QuantParams input, Decoding decoding)
      throws OnnxFormatException {
    return bias(node, value, 3, weights, input, decoding);
  }

  private static Bias bias(
      OnnxNode node,
      Value value,
      int fromEnd,
      Weights weights,
      QuantParams input,
      Decoding decoding)
      throws OnnxFormatException {
    Constant constant = constant(node, value);
    int channels = weights.outChannels();
    if (!constant.isScalar() && !isPerChannel(constant, channels, fromEnd)) {
      throw node.error(
          "its bias has sizes "
              + constant.shape()
              + ", expected one number for each of "
              + channels
              + " outputs");
    }
    decoding.budget().spend(node, channels);
    int[] codes = new int[channels];
    for (int o = 0; o < channels; o++) {
      codes[o] = code(node, value, constant.isScalar() ? 0 : o, o, weights.scale(o), input.scale());
    }
    return new Bias(codes);
  }

  private static Constant constant(OnnxNode node, Value value) throws OnnxFormatException {
    if (value instanceof Value.Weight weight) {
      return weight.codes();
    }
    if (value instanceof Value.Fixed fixed && fixed.constant().type() == DataType.FLOAT) {
      return fixed.constant();
    }
    throw node.error(
        "its bias is " + value.kind() + ", expected float numbers or dequantized integers");
  }

  private static boolean isPerChannel(Constant constant, int channels, int fromEnd) {
    int[] dims = constant.dims();
    return constant.count() == channels
        && dims.length >= fromEnd
        && dims[dims.length - fromEnd] == channels;
  }

  private static int code(
      OnnxNode node, Value value, int index, int channel, float weightScale, float inputScale)
      throws OnnxFormatException {
    double unit = (double) inputScale * weightScale;
    double code;
    if (value instanceof Value.Weight weight) {
      ChannelScales scales = weight.scales();
      float scale = scales.scale(scales.channel(index));
      double levels = weight.codes().at(index) - scales.zeroPoint(scales.channel(index));
      boolean same =
          scale == BiasScale.of(inputScale, weightScale)
              || Math.abs(scale - unit) <= SAME_SCALE * unit;
      code = same ? levels : Math.rint(levels * scale / unit);
    } else {
      code = Math.rint(((Value.Fixed) value).constant().at(index) / unit);
    }
    if (!(Math.abs(code) <= Integer.MAX_VALUE)) {
      throw node.error(
          "its bias of output "
              + channel
              + " is "
              + code
              + " times input scale "
              + inputScale
              + " times weight scale "
              + weightScale
              + ", which does not fit int32");
    }
    return (int) code;
  }
}
