package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.ChannelScales;
import org.qat4j.onnx.read.values.CodesType;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.Value;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Reads QuantizeLinear, DequantizeLinear and Cast, and a Clip of the codes between them. */
final class QuantizationDecoder {
  private QuantizationDecoder() {}

  static void quantize(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 3);
    Value input = decoding.value(node, 0);
    IntegerType storage = ScaleDecoder.produced(node, decoding);
    if (input instanceof Value.Fixed fixed) {
      decoding.define(
          node.output(), new Value.Fixed(quantized(fixed.constant(), storage, node, decoding)));
      return;
    }
    if (!storage.isActivation()) {
      throw node.error(
          "quantizes an activation to " + storage + ", expected UINT8, INT8, UINT16 or INT16");
    }
    QuantParams stored = ScaleDecoder.params(node, storage, decoding);
    Optional<OnnxNode> codeClip = codeClip(node, decoding);
    Optional<IntRange> range = Optional.empty();
    if (codeClip.isPresent()) {
      range = Optional.of(ClipBounds.ofCodes(codeClip.get(), storage, decoding));
      decoding.absorb(codeClip.get());
    }
    String output = codeClip.orElse(node).output();
    decoding.define(output, new Value.Codes(codes(input, node, stored, range, output, decoding)));
  }

  /**
   * The Clip that limits the codes to fewer bits than their storage type has: the only reader of
   * the QuantizeLinear.
   */
  private static Optional<OnnxNode> codeClip(OnnxNode node, Decoding decoding) {
    List<OnnxNode> readers = decoding.consumers(node.output());
    boolean clipped =
        readers.size() == 1
            && readers.get(0).op().equals("Clip")
            && readers.get(0).input(0).equals(node.output())
            && !decoding.isOutput(node.output());
    return clipped ? Optional.of(readers.get(0)) : Optional.empty();
  }

  private static Tensor codes(
      Value input,
      OnnxNode node,
      QuantParams stored,
      Optional<IntRange> range,
      String output,
      Decoding decoding)
      throws OnnxFormatException {
    if (input instanceof Value.Given || isFloat(input, decoding)) {
      CodesType type =
          CodesType.of(
              node, node.name(), output, stored, Clip.NONE, range, decoding.declarations());
      Tensor.Type codes = new Tensor.Codes(type.params());
      if (!type.clip().equals(Clip.NONE)) {
        throw node.error(
            "its codes are clipped to "
                + range.orElseThrow()
                + ", which is without its zero point");
      }
      Tensor real = decoding.real(node, 0);
      return decoding.emit(node, new ConvertOp.Quantize(), List.of(real), output, codes);
    }
    if (input instanceof Pending pending) {
      return pending.origin() instanceof Pending.Layer layer
          ? layerCodes(pending, layer, node, stored, range, output, decoding)
          : changedCodes(
              pending,
              (Pending.Dequantized) pending.origin(),
              node,
              stored,
              range,
              output,
              decoding);
    }
    throw node.error(
        "its input '"
            + node.input(0)
            + "' is "
            + input.kind()
            + (decoding.allowsFloat()
                ? ", expected real numbers of an activation"
                : ": between the first QuantizeLinear and the last"
                    + " DequantizeLinear nothing may run in float"));
  }

  /** Whether the numbers are there in float32, or have to be for another reader. */
  private static boolean isFloat(Value value, Decoding decoding) {
    return decoding.allowsFloat()
        && (value instanceof Value.Result
            || (value instanceof Pending pending && decoding.emitter().isShared(pending)));
  }

  private static Tensor layerCodes(
      Pending pending,
      Pending.Layer layer,
      OnnxNode node,
      QuantParams stored,
      Optional<IntRange> range,
      String output,
      Decoding decoding)
      throws OnnxFormatException {
    CodesType type =
        CodesType.of(
            node,
            layer.node().name(),
            output,
            stored,
            pending.clip(),
            range,
            decoding.declarations());
    if (pending.quantized(type).isPresent()) {
      return pending.quantized(type).get();
    }
    Tensor codes = decoding.emitter().quantizeLayer(pending, layer, type, output);
    pending.becomeQuantized(type, codes);
    return codes;
  }

  private static Tensor changedCodes(
      Pending pending,
      Pending.Dequantized origin,
      OnnxNode node,
      QuantParams stored,
      Optional<IntRange> range,
      String output,
      Decoding decoding)
      throws OnnxFormatException {
    QuantParams before = origin.codes().params();
    boolean same =
        pending.clip().equals(Clip.NONE)
            && before.scale() == stored.scale()
            && before.zeroPoint() == stored.zeroPoint()
            && range.orElse(stored.range()).contains(before.range());
    if (same && !(pending.steps().isEmpty() && decoding.isOutput(output))) {
      return decoding.emitter().sameCodes(pending, origin.codes(), output);
    }
    OnnxNode named = pending.clipNode().orElse(node);
    CodesType type =
        CodesType.of(
            node, named.name(), output, stored, pending.clip(), range, decoding.declarations());
    return decoding.emitter().requantize(pending, origin.codes(), node, type, output);
  }

  /** Weights that the file holds as float32 in front of a QuantizeLinear. */
  private static Constant quantized(
      Constant reals, IntegerType storage, OnnxNode node, Decoding decoding)
      throws OnnxFormatException {
    if (reals.type() != DataType.FLOAT) {
      throw node.error("its input '" + reals.name() + "' is " + reals.type() + ", expected FLOAT");
    }
    ChannelScales scales = ScaleDecoder.channels(node, reals, decoding);
    IntRange range = storage.range();
    return reals.mapped(
        node,
        storage.type(),
        i -> {
          int channel = scales.channel(i);
          float real = (float) reals.at(i);
          return range.clamp(Math.rint(real / scales.scale(channel)) + scales.zeroPoint(channel));
        });
  }

  static void dequantize(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 3);
    Value input = decoding.value(node, 0);
    if (input instanceof Value.Fixed fixed) {
      decoding.define(node.output(), weight(node, fixed.constant(), decoding));
    } else if (input instanceof Value.Codes codes) {
      Tensor tensor = codes.tensor();
      dequantize(
          node,
          tensor,
          ScaleDecoder.params(node, IntegerType.of(tensor.params().range()), decoding),
          decoding);
    } else {
      throw node.error(
          "its input '" + node.input(0) + "' is " + input.kind() + ", expected integers");
    }
  }

  /** Constant codes with the scales of a node. */
  static Value.Weight weight(OnnxNode node, Constant codes, Decoding decoding)
      throws OnnxFormatException {
    IntegerType storage = ScaleDecoder.storage(node, codes.type().getNumber());
    ChannelScales scales = ScaleDecoder.channels(node, codes, decoding);
    if (scales.zeroPoint().isPresent() && scales.zeroPoint().get().type() != codes.type()) {
      throw node.error(
          "its codes are "
              + codes.type()
              + ", but their zero point is "
              + scales.zeroPoint().get().type());
    }
    return new Value.Weight(codes, storage, scales);
  }

  /**
   * Codes become real numbers again.
   *
   * @param params that a node reads them with
   */
  private static void dequantize(OnnxNode node, Tensor codes, QuantParams params, Decoding decoding)
      throws OnnxFormatException {
    requireEqual(node, codes, params);
    decoding.define(
        node.output(),
        Pending.of(node.output(), codes.shape(), new Pending.Dequantized(node, codes)));
  }

  private static void requireEqual(OnnxNode node, Tensor codes, QuantParams params)
      throws OnnxFormatException {
    QuantParams expected = codes.params();
    if (params.scale() != expected.scale() || params.zeroPoint() != expected.zeroPoint()) {
      throw node.error(
          "reads '"
              + node.input(0)
              + "' with scale "
              + params.scale()
              + " and zero point "
              + params.zeroPoint()
              + ", but it was quantized with "
              + expected.scale()
              + " and "
              + expected.zeroPoint());
    }
  }

  /** Codes that the caller gives stand for themselves as real numbers. */
  static void cast(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Value value = decoding.value(node, 0);
    if (EmbeddingDecoder.isCast(node, value)) {
      EmbeddingDecoder.cast(node, decoding);
      return;
    }
    boolean toFloat = node.integer("to", 0) == DataType.FLOAT.getNumber();
    if (toFloat && value instanceof Value.Codes codes) {
      if (!codes.tensor().params().range().contains(0)) {
        throw node.error(
            "casts codes "
                + codes.tensor().params().range()
                + " to FLOAT, which have no code for 0");
      }
      dequantize(
          node, codes.tensor(), new QuantParams(1, 0, codes.tensor().params().range()), decoding);
    } else if (toFloat && value.isActivation()) {
      decoding.define(node.output(), value);
    } else {
      throw node.error(
          "casts "
              + value.kind()
              + " to data type "
              + DataType.forNumber((int) node.integer("to", 0))
              + ", expected an activation to FLOAT");
    }
  }
}
