package org.qat4j.onnx.read.nodes;

import java.util.List;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.IntegerType;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.OnnxNodes;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.CodesType;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.LayerOp;
import org.qat4j.onnx.read.values.Pending;
import org.qat4j.onnx.read.values.Value;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/** Reads activation functions: Relu and Clip, on real numbers and on codes, and the others. */
final class ActivationDecoder {
  private ActivationDecoder() {}

  static void relu(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    clipReal(node, Clip.RELU, decoding);
  }

  static void clip(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 3);
    Value input = decoding.value(node, 0);
    if (input instanceof Value.Fixed fixed) {
      IntegerType storage = ScaleDecoder.storage(node, fixed.constant().type().getNumber());
      IntRange range = ClipBounds.ofCodes(node, storage, decoding);
      decoding.define(node.output(), new Value.Fixed(fixed.constant().clipped(node, range)));
    } else if (input instanceof Value.Codes codes) {
      clipCodes(node, codes.tensor(), decoding);
    } else {
      clipReal(node, ClipBounds.ofReals(node, decoding), decoding);
    }
  }

  private static void clipReal(OnnxNode node, Clip clip, Decoding decoding)
      throws OnnxFormatException {
    if (!(decoding.value(node, 0) instanceof Pending pending)) {
      throw node.error(
          "its input '"
              + node.input(0)
              + "' is "
              + decoding.value(node, 0).kind()
              + decoding.orFloat("put it between DequantizeLinear and QuantizeLinear"));
    }
    decoding.define(node.output(), pending.withClip(node, clip));
  }

  /** A second reader of unclipped codes. */
  private static void clipCodes(OnnxNode node, Tensor codes, Decoding decoding)
      throws OnnxFormatException {
    QuantParams params = codes.params();
    IntRange bounds = ClipBounds.ofCodes(node, IntegerType.of(params.range()), decoding);
    Tensor.Type type;
    try {
      IntRange range = CodesType.intersect(bounds, params.range());
      type = new Tensor.Codes(new QuantParams(params.scale(), params.zeroPoint(), range));
    } catch (IllegalArgumentException e) {
      throw node.error("clips codes to " + bounds + ", which " + params + " does not allow");
    }
    List<Tensor> inputs = List.of(codes);
    Tensor result =
        decoding.emit(node, new ConvertOp.Requantize(Clip.NONE), inputs, node.output(), type);
    decoding.define(node.output(), new Value.Codes(result));
  }

  /** Its slope changes the scale of negative numbers, so it needs codes: it cannot join a layer. */
  static void leakyRelu(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Tensor input = decoding.codes(node, 0);
    try {
      LayerOp op = new LayerOp.Plain(new FunctionOp.LeakyRelu(node.real("alpha", 0.01f)));
      decoding.define(node.output(), Pending.layer(node, List.of(input), op));
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  static void softmax(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    Tensor input = decoding.real(node, 0);
    long axis = node.integer("axis", -1);
    int channels = OnnxNodes.channelAxis(input.shape());
    boolean last = axis == channels || axis == -1;
    if (input.shape().isImage() || !last) {
      throw node.error(
          "runs along dimension "
              + axis
              + " of "
              + input.shape()
              + ", expected the features, dimension "
              + channels);
    }
    Tensor result =
        decoding.emit(
            node, new ChannelOp.Softmax(), List.of(input), node.output(), new Tensor.Real());
    decoding.define(node.output(), new Value.Result(result));
  }

  static void realRelu(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    function(node, new FunctionOp.Clamp(Clip.RELU), decoding);
  }

  static void sigmoid(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    function(node, new FunctionOp.Sigmoid(), decoding);
  }

  static void tanh(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    function(node, new FunctionOp.Tanh(), decoding);
  }

  static void hardSwish(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    function(node, new FunctionOp.HardSwish(), decoding);
  }

  private static void function(OnnxNode node, Op op, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    IslandDecoder.define(node, op, List.of(decoding.real(node, 0)), decoding);
  }

  static void realClip(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 3);
    Op op = new FunctionOp.Clamp(ClipBounds.ofReals(node, decoding));
    IslandDecoder.define(node, op, List.of(decoding.real(node, 0)), decoding);
  }

  static void realLeakyRelu(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    function(node, new FunctionOp.LeakyRelu(node.real("alpha", 0.01f)), decoding);
  }

  static void hardSigmoid(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    function(
        node,
        new FunctionOp.HardSigmoid(node.real("alpha", 0.2f), node.real("beta", 0.5f)),
        decoding);
  }
}
