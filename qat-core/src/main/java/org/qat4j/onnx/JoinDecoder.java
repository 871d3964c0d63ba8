package org.qat4j.onnx;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;

/** Reads operations with several inputs. */
final class JoinDecoder {
  private JoinDecoder() {}

  static void add(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Value first = decoder.value(node, 0);
    Value second = decoder.value(node, 1);
    Optional<Pending> biased =
        first instanceof Pending layer && isConstant(second)
            ? LayerDecoder.withBias(node, layer, second, decoder)
            : second instanceof Pending layer && isConstant(first)
                ? LayerDecoder.withBias(node, layer, first, decoder)
                : Optional.empty();
    if (biased.isPresent()) {
      decoder.define(node.output(), biased.get());
      return;
    }
    List<Tensor> inputs = List.of(decoder.codes(node, 0), decoder.codes(node, 1));
    decoder.define(node.output(), pending(node, inputs, new LayerOp.Add()));
  }

  private static boolean isConstant(Value value) {
    return value instanceof Value.Fixed || value instanceof Value.Weight;
  }

  static void concat(OnnxNode node, GraphDecoder decoder) throws OnnxFormatException {
    node.requireInputs(1, Integer.MAX_VALUE);
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputCount(); i++) {
      boolean codes = decoder.value(node, i) instanceof Value.Codes;
      inputs.add(codes ? ((Value.Codes) decoder.value(node, i)).tensor() : decoder.codes(node, i));
    }
    requireChannels(node, inputs.get(0).shape());
    if (decoder.value(node, 0) instanceof Value.Codes) {
      concatCodes(node, inputs, decoder);
    } else {
      decoder.define(node.output(), pending(node, inputs, new LayerOp.Plain(new Op.Concat())));
    }
  }

  static void requireChannels(OnnxNode node, Shape input) throws OnnxFormatException {
    long axis = node.integer("axis", 0);
    int rank = input.dims().length + 1;
    if (axis != 1 && axis + rank != 1) {
      throw node.error("concatenates along dimension " + axis + ", expected 1, the channels");
    }
  }

  /** Without DequantizeLinear in between the codes stay as they are, so all must have one scale. */
  private static void concatCodes(OnnxNode node, List<Tensor> inputs, GraphDecoder decoder)
      throws OnnxFormatException {
    for (int i = 0; i < inputs.size(); i++) {
      if (!(decoder.value(node, i) instanceof Value.Codes)
          || !inputs.get(i).type().equals(inputs.get(0).type())) {
        throw node.error(
            "joins codes '"
                + node.input(0)
                + "' with "
                + inputs.get(0).type()
                + " and '"
                + node.input(i)
                + "' with "
                + inputs.get(i).type()
                + ": codes of one scale, or dequantized codes, can be joined");
      }
    }
    Tensor result =
        decoder.emit(node, new Op.Concat(), inputs, node.output(), inputs.get(0).type());
    decoder.define(node.output(), new Value.Codes(result));
  }

  static Pending pending(OnnxNode node, List<Tensor> inputs, LayerOp op)
      throws OnnxFormatException {
    try {
      Shape shape = op.with(Clip.NONE).outputShape(inputs);
      return Pending.of(node.output(), shape, new Pending.Layer(node, inputs, op));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw node.error(e);
    }
  }
}
