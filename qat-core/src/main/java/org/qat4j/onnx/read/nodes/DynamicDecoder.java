package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.Constant;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.ChannelScales;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Dynamic;
import org.qat4j.onnx.read.values.LayerOp;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.RealConstant;
import org.qat4j.onnx.read.values.Value;

/**
 * Reads dense layers on codes whose scale is computed while running: DynamicQuantizeLinear,
 * MatMulInteger, a Cast, the products with both scales in any order; an Add is the bias.
 */
final class DynamicDecoder {
  private static final int FLOAT = DataType.FLOAT.getNumber();

  private DynamicDecoder() {}

  /** Whether a node reads what belongs to such codes. */
  static boolean isPart(OnnxNode node, Decoding decoding) {
    for (int i = 0; i < Math.min(2, node.inputCount()); i++) {
      if (decoding.find(node.input(i)).filter(Dynamic.class::isInstance).isPresent()) {
        return true;
      }
    }
    return false;
  }

  static void quantize(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    if (node.output(1).isEmpty() || node.output(2).isEmpty()) {
      throw node.error("has no output for its scale or its zero point");
    }
    Tensor real = decoding.real(node, 0);
    Tensor codes =
        decoding.emit(
            node,
            new ConvertOp.QuantizeDynamic(),
            List.of(real),
            node.output(),
            new Tensor.DynamicCodes());
    decoding.define(node.output(0), new Dynamic.Codes(codes));
    decoding.define(node.output(1), new Dynamic.Scale(codes, Optional.empty()));
    decoding.define(node.output(2), new Dynamic.ZeroPoint(codes));
  }

  static void matMulInteger(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 4);
    if (!(decoding.value(node, 0) instanceof Dynamic.Codes codes)) {
      throw node.error(
          "its input '"
              + node.input(0)
              + "' is "
              + decoding.value(node, 0).kind()
              + ", expected the codes of a DynamicQuantizeLinear; export with those, or in QDQ format");
    }
    requireZeroPoint(node, 2, codes.tensor(), decoding);
    Constant weights = decoding.constant(node, 1, "weights");
    Optional<Constant> zeroPoint =
        node.hasInput(3) ? Optional.of(decoding.constant(node, 3, "zero point")) : Optional.empty();
    decoding.define(
        node.output(), new Dynamic.Sums(codes.tensor(), node, weights, zeroPoint, false));
  }

  /** ONNX Runtime's DynamicQuantizeLinear, MatMulInteger and what follows in one. */
  static void quantizedMatMul(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(3, 5);
    Tensor real = decoding.real(node, 0);
    Tensor codes =
        decoding.emit(
            node,
            new ConvertOp.QuantizeDynamic(),
            List.of(real),
            decoding.tensorName(node.output() + "/codes"),
            new Tensor.DynamicCodes());
    layer(node, codes, 2, 3, 4, decoding);
  }

  /** ONNX Runtime's MatMulInteger with what follows. */
  static void matMulToFloat(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(5, 7);
    if (!(decoding.value(node, 0) instanceof Dynamic.Codes codes)
        || !(decoding.value(node, 2) instanceof Dynamic.Scale scale)
        || scale.weights().isPresent()
        || !scale.tensor().equals(codes.tensor())) {
      throw node.error("reads other codes than those of a DynamicQuantizeLinear with their scale");
    }
    requireZeroPoint(node, 4, codes.tensor(), decoding);
    layer(node, codes.tensor(), 3, 5, 6, decoding);
  }

  /** Weights, bias and what they multiply, by the numbers of the inputs. */
  private static void layer(
      OnnxNode node, Tensor codes, int scale, int zeroPoint, int bias, Decoding decoding)
      throws OnnxFormatException {
    Optional<Constant> zero =
        node.hasInput(zeroPoint)
            ? Optional.of(decoding.constant(node, zeroPoint, "zero point"))
            : Optional.empty();
    Weights weights =
        weights(
            node,
            decoding.constant(node, 1, "weights"),
            decoding.constant(node, scale, "scale"),
            zero,
            decoding);
    Optional<Reals> added = Optional.empty();
    if (node.hasInput(bias)) {
      RealConstant numbers = decoding.realConstant(node, bias, "bias");
      Shape outputs = Shape.of(weights.outChannels());
      added = Optional.of(new Reals(numbers.perChannel(node, outputs, decoding.budget())));
    }
    pend(node, node, codes, new LayerOp.DynamicDense(weights, added), decoding);
  }

  private static void requireZeroPoint(OnnxNode node, int index, Tensor codes, Decoding decoding)
      throws OnnxFormatException {
    boolean own =
        node.hasInput(index)
            && decoding.value(node, index) instanceof Dynamic.ZeroPoint zero
            && zero.tensor().equals(codes);
    if (!own) {
      throw node.error(
          "reads codes '" + codes.name() + "' without their zero point as input " + index);
    }
  }

  static void cast(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Value value = decoding.value(node, 0);
    if (!(value instanceof Dynamic.Sums) || node.integer("to", 0) != FLOAT) {
      throw node.error("casts " + value.kind() + ", expected integer sums to FLOAT");
    }
    decoding.define(node.output(), value);
  }

  static void mul(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Value first = decoding.value(node, 0);
    Value second = decoding.value(node, 1);
    boolean swapped = second instanceof Dynamic.Sums || first instanceof Value.Fixed;
    define(node, swapped ? second : first, swapped ? first : second, decoding);
  }

  /** The product of sums or a scale with another scale. */
  private static void define(OnnxNode node, Value product, Value factor, Decoding decoding)
      throws OnnxFormatException {
    if (product instanceof Dynamic.Scale scale
        && scale.weights().isEmpty()
        && factor instanceof Value.Fixed fixed) {
      decoding.define(
          node.output(), new Dynamic.Scale(scale.tensor(), Optional.of(fixed.constant())));
    } else if (product instanceof Dynamic.Sums sums
        && !sums.scaled()
        && factor instanceof Dynamic.Scale scale
        && scale.tensor().equals(sums.tensor())) {
      scale(node, sums, scale, decoding);
    } else if (product instanceof Dynamic.Sums sums
        && sums.scaled()
        && factor instanceof Value.Fixed fixed) {
      layer(node, sums, fixed.constant(), decoding);
    } else {
      throw node.error(
          "multiplies "
              + product.kind()
              + " and "
              + factor.kind()
              + "; integer sums are multiplied by their codes' scale and by their weights'");
    }
  }

  private static void scale(
      OnnxNode node, Dynamic.Sums sums, Dynamic.Scale scale, Decoding decoding)
      throws OnnxFormatException {
    if (scale.weights().isPresent()) {
      layer(node, sums, scale.weights().get(), decoding);
    } else {
      decoding.define(
          node.output(),
          new Dynamic.Sums(sums.tensor(), sums.node(), sums.codes(), sums.zeroPoint(), true));
    }
  }

  private static void layer(OnnxNode node, Dynamic.Sums sums, Constant scale, Decoding decoding)
      throws OnnxFormatException {
    Weights weights = weights(sums.node(), sums.codes(), scale, sums.zeroPoint(), decoding);
    pend(
        node,
        sums.node(),
        sums.tensor(),
        new LayerOp.DynamicDense(weights, Optional.empty()),
        decoding);
  }

  /**
   * @param node whose result it is
   * @param layer that gives it its name
   */
  private static void pend(
      OnnxNode node, OnnxNode layer, Tensor codes, LayerOp op, Decoding decoding)
      throws OnnxFormatException {
    try {
      Pending pending = Pending.layer(layer, List.of(codes), op);
      decoding.define(node.output(), pending.named(node));
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  /**
   * Weights with inputs in the first dimension, and one scale and zero point, or one for each
   * output.
   */
  static Weights weights(
      OnnxNode node,
      Constant codes,
      Constant scale,
      Optional<Constant> zeroPoint,
      Decoding decoding)
      throws OnnxFormatException {
    IntegerType storage = ScaleDecoder.storage(node, codes.type().getNumber());
    if (codes.dims().length != 2 || storage.bits() != 8) {
      throw node.error(
          "its weights are " + codes.type() + codes.shape() + ", expected a matrix of 8 bits");
    }
    int outputs = codes.dims()[1];
    requireOutputs(node, "scale", scale, outputs);
    if (zeroPoint.isPresent()) {
      requireOutputs(node, "zero point", zeroPoint.get(), outputs);
    }
    if (scale.type() != DataType.FLOAT
        || zeroPoint.filter(z -> z.type() != codes.type()).isPresent()) {
      throw node.error(
          "its weights are "
              + codes.type()
              + ", but their scale is "
              + scale.type()
              + " and their zero point "
              + zeroPoint.map(Constant::type).orElse(codes.type()));
    }
    Value.Weight weight = new Value.Weight(codes, storage, scales(node, scale, zeroPoint, outputs));
    return WeightDecoder.weights(node, decoding.transposed(node, weight), decoding);
  }

  private static void requireOutputs(OnnxNode node, String what, Constant constant, int outputs)
      throws OnnxFormatException {
    boolean last =
        constant.dims().length > 0 && constant.dims()[constant.dims().length - 1] == outputs;
    if (!constant.isScalar() && !(constant.count() == outputs && last)) {
      throw node.error(
          "its "
              + what
              + " '"
              + constant.name()
              + "' has sizes "
              + constant.shape()
              + ", expected one number, or one for each of "
              + outputs
              + " outputs");
    }
  }

  /** Where one of both is for all outputs, it is repeated. */
  private static ChannelScales scales(
      OnnxNode node, Constant scale, Optional<Constant> zeroPoint, int outputs)
      throws OnnxFormatException {
    boolean each = !scale.isScalar() || zeroPoint.filter(zero -> !zero.isScalar()).isPresent();
    if (!each) {
      return new ChannelScales(scale, zeroPoint, 0, 0, 1);
    }
    Optional<Constant> zeros = Optional.empty();
    if (zeroPoint.isPresent()) {
      zeros = Optional.of(repeated(node, zeroPoint.get(), scale));
    }
    Constant factors = zeroPoint.isPresent() ? repeated(node, scale, zeroPoint.get()) : scale;
    return new ChannelScales(factors, zeros, 1, 1, outputs);
  }

  private static Constant repeated(OnnxNode node, Constant constant, Constant like)
      throws OnnxFormatException {
    return constant.isScalar() && !like.isScalar()
        ? like.mapped(node, constant.type(), i -> constant.at(0))
        : constant;
  }
}
