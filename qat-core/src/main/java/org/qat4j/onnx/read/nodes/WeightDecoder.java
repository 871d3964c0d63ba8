package org.qat4j.onnx.read.nodes;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.WeightRange;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Value;
import org.qat4j.scheme.IntRange;

/**
 * Turns constant codes of any 16-, 8- or 4-bit type into signed weights with one scale per output
 * channel.
 */
final class WeightDecoder {
  private WeightDecoder() {}

  /**
   * @param weight output channels in the first dimension
   */
  static Weights weights(OnnxNode node, Value.Weight weight, Decoding decoding)
      throws OnnxFormatException {
    Optional<Weights> known = decoding.knownWeights(weight);
    if (known.isPresent()) {
      return known.get();
    }
    Constant codes = weight.codes();
    IntRange storage = weight.storage().range();
    if (weight.storage().bits() > 16) {
      throw node.error("its weights are " + codes.type() + ", expected 16, 8 or 4 bits");
    }
    if (codes.count() == 0 || (!weight.scales().isPerTensor() && weight.scales().axis() != 0)) {
      throw node.error(
          "its weights of sizes "
              + codes.shape()
              + " have scales along dimension "
              + weight.scales().axis()
              + ", expected one scale, or one per output channel");
    }
    decoding.budget().spend(node, codes.count() + 2L * codes.dims()[0]);
    int shift = storage.min() == 0 ? 1 << (weight.storage().bits() - 1) : 0;
    try {
      Weights weights = shifted(node, weight, shift, decoding);
      decoding.know(weight, weights);
      return weights;
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  /** Unsigned codes become signed ones, with their zero points. */
  private static Weights shifted(OnnxNode node, Value.Weight weight, int shift, Decoding decoding)
      throws OnnxFormatException {
    Constant codes = weight.codes();
    int channels = codes.dims()[0];
    float[] scales = new float[channels];
    int[] zeroPoints = new int[channels];
    for (int o = 0; o < channels; o++) {
      scales[o] = weight.scales().scale(o);
      zeroPoints[o] = (int) weight.scales().zeroPoint(o) - shift;
    }
    IntRange stored = weight.storage().range();
    IntRange signed = new IntRange(stored.min() - shift, stored.max() - shift);
    Weights weights =
        weight.storage().bits() <= 8
            ? Weights.sharing(bytes(codes, shift, decoding), scales, zeroPoints, signed)
            : new Weights(shorts(codes, shift), scales, zeroPoints, signed);
    Optional<IntRange> declared = decoding.declarations().range(node, codes.name());
    return weights.withRange(declared.orElseGet(() -> WeightRange.readable(weights, signed)));
  }

  /** Those of the file itself where it holds them as they are needed. */
  private static ByteBuffer bytes(Constant codes, int shift, Decoding decoding) {
    if (codes.int8().isPresent() && decoding.keepsFile()) {
      return codes.int8().get();
    }
    ByteBuffer bytes = ByteBuffer.allocate(codes.count());
    if (codes.int8().isPresent()) {
      return bytes.put(codes.int8().get()).rewind();
    }
    for (int i = 0; i < codes.count(); i++) {
      bytes.put(i, (byte) (codes.at(i) - shift));
    }
    return bytes;
  }

  private static short[] shorts(Constant codes, int shift) {
    short[] shorts = new short[codes.count()];
    for (int i = 0; i < shorts.length; i++) {
      shorts[i] = (short) (codes.at(i) - shift);
    }
    return shorts;
  }
}
