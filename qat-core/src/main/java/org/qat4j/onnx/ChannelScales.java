package org.qat4j.onnx;

import java.util.Arrays;
import java.util.Optional;

/**
 * Scales and zero points of a constant: one of each, or one for every index of a dimension.
 *
 * @param axis the dimension of the channels
 * @param stride elements between two channels, 0 where there is one scale for all
 * @param channels number of scales
 */
record ChannelScales(
    Constant scale, Optional<Constant> zeroPoint, int axis, int stride, int channels) {

  static ChannelScales of(OnnxNode node, Constant tensor, GraphDecoder decoder)
      throws OnnxFormatException {
    Constant scale = ScaleDecoder.scale(node, decoder);
    Optional<Constant> zeroPoint = ScaleDecoder.zeroPoint(node, decoder);
    if (zeroPoint.isPresent() && zeroPoint.get().count() != scale.count()) {
      throw node.error(
          "has " + scale.count() + " scales, but " + zeroPoint.get().count() + " zero points");
    }
    if (scale.isScalar()) {
      return new ChannelScales(scale, zeroPoint, 0, 0, 1);
    }
    int rank = tensor.dims().length;
    long axis = node.integer("axis", 1);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis >= rank || tensor.dims()[(int) axis] != scale.count()) {
      throw node.error(
          "has "
              + scale.count()
              + " scales along dimension "
              + node.integer("axis", 1)
              + " of '"
              + tensor.name()
              + "', whose sizes are "
              + tensor.shape());
    }
    int stride = Arrays.stream(tensor.dims()).skip(axis + 1).reduce(1, (a, b) -> a * b);
    return new ChannelScales(scale, zeroPoint, (int) axis, stride, scale.count());
  }

  boolean isPerTensor() {
    return stride == 0;
  }

  /** The channel of the element at an index in row-major order. */
  int channel(int index) {
    return isPerTensor() ? 0 : index / stride % channels;
  }

  float scale(int channel) {
    return (float) scale.at(isPerTensor() ? 0 : channel);
  }

  double zeroPoint(int channel) {
    return zeroPoint.isEmpty() ? 0 : zeroPoint.get().at(isPerTensor() ? 0 : channel);
  }

  /** Those of the transposed matrix. */
  ChannelScales transposed(int newStride) {
    return isPerTensor()
        ? this
        : new ChannelScales(scale, zeroPoint, 1 - axis, newStride, channels);
  }
}
