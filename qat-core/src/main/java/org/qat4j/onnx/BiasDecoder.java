package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.QuantParams;

/** Brings a bias, float or quantized, to accumulator units. */
final class BiasDecoder {
  /** A scale that was computed in another order may differ from ours in its last bits. */
  private static final double SAME_SCALE = 1e-6;

  private BiasDecoder() {}

  /** A bias of one number per output, in the last dimension. */
  static Bias of(
      OnnxNode node, Value value, Weights weights, QuantParams input, GraphDecoder decoder)
      throws OnnxFormatException {
    return bias(node, value, 1, weights, input, decoder);
  }

  /**
   * A bias that is added to an image: one number per channel, [1, channels, 1, 1] or [channels, 1,
   * 1].
   */
  static Bias ofImage(
      OnnxNode node, Value value, Weights weights, QuantParams input, GraphDecoder decoder)
      throws OnnxFormatException {
    return bias(node, value, 3, weights, input, decoder);
  }

  private static Bias bias(
      OnnxNode node,
      Value value,
      int fromEnd,
      Weights weights,
      QuantParams input,
      GraphDecoder decoder)
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
    decoder.budget().spend(node, channels);
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
