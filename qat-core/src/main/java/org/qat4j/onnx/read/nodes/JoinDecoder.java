package org.qat4j.onnx.read.nodes;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.OnnxNodes;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.LayerOp;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.Value;

/** Reads operations with several inputs. */
final class JoinDecoder {
  private JoinDecoder() {}

  static void add(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Value first = decoding.value(node, 0);
    Value second = decoding.value(node, 1);
    Optional<Pending> biased =
        first instanceof Pending layer && isConstant(second)
            ? BiasDecoder.withBias(node, layer, second, decoding)
            : second instanceof Pending layer && isConstant(first)
                ? BiasDecoder.withBias(node, layer, first, decoding)
                : Optional.empty();
    if (biased.isPresent()) {
      decoding.define(node.output(), biased.get());
      return;
    }
    List<Tensor> inputs = List.of(decoding.codes(node, 0), decoding.codes(node, 1));
    decoding.define(node.output(), Pending.layer(node, inputs, new LayerOp.Add()));
  }

  private static boolean isConstant(Value value) {
    return value instanceof Value.Fixed || value instanceof Value.Weight;
  }

  static void concat(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, Integer.MAX_VALUE);
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < node.inputCount(); i++) {
      boolean codes = decoding.value(node, i) instanceof Value.Codes;
      inputs.add(
          codes ? ((Value.Codes) decoding.value(node, i)).tensor() : decoding.codes(node, i));
    }
    requireChannels(node, inputs.get(0).shape());
    if (decoding.value(node, 0) instanceof Value.Codes) {
      concatCodes(node, inputs, decoding);
    } else {
      decoding.define(
          node.output(), Pending.layer(node, inputs, new LayerOp.Plain(new JoinOp.Concat())));
    }
  }

  private static void requireChannels(OnnxNode node, Shape input) throws OnnxFormatException {
    long axis = node.integer("axis", 0);
    int rank = input.dims().length + 1;
    int channels = OnnxNodes.channelAxis(input);
    if (axis != channels && axis + rank != channels) {
      throw node.error(
          "concatenates along dimension " + axis + ", expected " + channels + ", the channels");
    }
  }

  /** Without DequantizeLinear in between the codes stay as they are, so all must have one scale. */
  private static void concatCodes(OnnxNode node, List<Tensor> inputs, Decoding decoding)
      throws OnnxFormatException {
    for (int i = 0; i < inputs.size(); i++) {
      if (!(decoding.value(node, i) instanceof Value.Codes)
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
        decoding.emit(node, new JoinOp.Concat(), inputs, node.output(), inputs.get(0).type());
    decoding.define(node.output(), new Value.Codes(result));
  }

  static void realConcat(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, Integer.MAX_VALUE);
    List<Tensor> inputs = new ArrayList<>();
    for (int i : IntStream.range(0, node.inputCount()).toArray()) {
      inputs.add(decoding.real(node, i));
    }
    requireChannels(node, inputs.get(0).shape());
    IslandDecoder.define(node, new JoinOp.Concat(), inputs, decoding);
  }
}
