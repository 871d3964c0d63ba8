package org.qat4j.onnx.read.values;

import java.util.Optional;
import org.qat4j.onnx.read.file.Constant;

/**
 * Scales and zero points of a constant: one of each, or one for every index of a dimension.
 *
 * @param axis the dimension of the channels
 * @param stride elements between two channels, 0 where there is one scale for all
 * @param channels number of scales
 */
public record ChannelScales(
    Constant scale, Optional<Constant> zeroPoint, int axis, int stride, int channels) {

  public boolean isPerTensor() {
    return stride == 0;
  }

  /** The channel of the element at an index in row-major order. */
  public int channel(int index) {
    return isPerTensor() ? 0 : index / stride % channels;
  }

  public float scale(int channel) {
    return (float) scale.at(isPerTensor() ? 0 : channel);
  }

  public double zeroPoint(int channel) {
    return zeroPoint.isEmpty() ? 0 : zeroPoint.get().at(isPerTensor() ? 0 : channel);
  }

  /** Those of the transposed matrix. */
  ChannelScales transposed(int newStride) {
    return isPerTensor()
        ? this
        : new ChannelScales(scale, zeroPoint, 1 - axis, newStride, channels);
  }
}
