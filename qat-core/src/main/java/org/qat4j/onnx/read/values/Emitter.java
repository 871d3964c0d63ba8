package org.qat4j.onnx.read.values;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.scheme.QuantParams;

/**
 * Turns {@link Pending} real numbers into tensors of the graph, once it is known who reads them.
 */
public final class Emitter {
  private final Decoding decoding;
  private final IslandEmitter islands;
  private final Map<String, Tensor> dequantized = new HashMap<>();

  Emitter(Decoding decoding) {
    this.decoding = decoding;
    this.islands = new IslandEmitter(decoding);
  }

  /**
   * The codes that a layer reads.
   *
   * @param reader the node that needs them
   */
  Tensor codes(Pending pending, OnnxNode reader) throws OnnxFormatException {
    if (pending.codes().isPresent()) {
      return pending.codes().get();
    }
    if (!(pending.origin() instanceof Pending.Dequantized origin)) {
      throw reader.error(
          "reads '"
              + pending.name()
              + "', "
              + pending.kind()
              + ", so it would run in float; put a QuantizeLinear and a"
              + " DequantizeLinear between them");
    }
    Tensor codes = steps(pending, origin.codes());
    if (!pending.clip().equals(Clip.NONE)) {
      codes = clip(pending, codes);
    }
    pending.becomeCodes(codes);
    return codes;
  }

  private Tensor steps(Pending pending, Tensor start) throws OnnxFormatException {
    Tensor codes = start;
    for (Pending.Step step : pending.steps()) {
      String output = decoding.tensorName(step.node().output() + "/codes");
      codes = decoding.emit(step.node(), step.op(), List.of(codes), output, codes.type());
    }
    return codes;
  }

  /** A clip without a QuantizeLinear behind it is exact if its bounds are codes. */
  private Tensor clip(Pending pending, Tensor codes) throws OnnxFormatException {
    OnnxNode node = pending.clipNode().orElseThrow();
    QuantParams params = codes.params();
    if (!pending.clipsAtCodes(params)) {
      throw node.error(
          pending.clip()
              + " of dequantized codes ends between two codes, so it would run in float; put a QuantizeLinear"
              + " and a DequantizeLinear behind it");
    }
    String output = decoding.tensorName(pending.name() + "/codes");
    return decoding.emit(
        node, new ConvertOp.Requantize(pending.clip()), List.of(codes), output, codes.type());
  }

  /**
   * The real numbers behind the last integer operation.
   *
   * @param reader the node that needs them
   */
  Tensor real(Pending pending, OnnxNode reader) throws OnnxFormatException {
    if (pending.real().isEmpty()) {
      pending.becomeReal(
          decoding.allowsFloat() && islands.isSplit(pending)
              ? islands.real(pending, reader)
              : whole(pending, reader));
    }
    return pending.real().orElseThrow();
  }

  /** One layer with its clip, or codes behind their last operation. */
  private Tensor whole(Pending pending, OnnxNode reader) throws OnnxFormatException {
    return pending.origin() instanceof Pending.Layer layer
        ? realLayer(pending, layer, reader)
        : realCodes(pending, (Pending.Dequantized) pending.origin(), reader);
  }

  private Tensor realLayer(Pending pending, Pending.Layer layer, OnnxNode reader)
      throws OnnxFormatException {
    if (!pending.isRealLayer()) {
      throw reader.error(
          "'"
              + pending.name()
              + "' is float behind node '"
              + layer.node().name()
              + "' ("
              + layer.node().op()
              + "), which would have to run in float; put a QuantizeLinear and a DequantizeLinear behind it");
    }
    layer.claim(decoding.allowsFloat());
    String output =
        pending.steps().isEmpty() ? pending.name() : pending.steps().get(0).node().input(0);
    Op op = layer.op().with(pending.clip());
    return flatten(
        pending, decoding.emit(layer.node(), op, layer.inputs(), output, new Tensor.Real()));
  }

  private Tensor realCodes(Pending pending, Pending.Dequantized origin, OnnxNode reader)
      throws OnnxFormatException {
    boolean codesKnown = decoding.allowsFloat() && pending.codes().isPresent();
    if (pending.isFlattened() && pending.clip().equals(Clip.NONE) && !codesKnown) {
      return flatten(pending, dequantize(origin.node(), origin.codes(), origin.node().output()));
    }
    return dequantize(origin.node(), codes(pending, reader), pending.name());
  }

  private Tensor dequantize(OnnxNode node, Tensor codes, String output) throws OnnxFormatException {
    Tensor known = dequantized.get(output);
    if (known == null) {
      known =
          decoding.emit(
              node, new ConvertOp.Dequantize(), List.of(codes), output, new Tensor.Real());
      dequantized.put(output, known);
    }
    return known;
  }

  private Tensor flatten(Pending pending, Tensor start) throws OnnxFormatException {
    Tensor real = start;
    for (int i = 0; i < pending.steps().size(); i++) {
      boolean last = i == pending.steps().size() - 1;
      OnnxNode node = pending.steps().get(i).node();
      String output = last ? pending.name() : decoding.tensorName(node.output() + "/real");
      real = decoding.emit(node, new MoveOp.Flatten(), List.of(real), output, new Tensor.Real());
    }
    return real;
  }

  /** Whether a QuantizeLinear has to round real numbers that other nodes read too. */
  public boolean isShared(Pending pending) {
    return decoding.allowsFloat() && islands.isShared(pending);
  }

  /** Codes of a layer, whose QuantizeLinear is known now. */
  public Tensor quantizeLayer(Pending pending, Pending.Layer layer, CodesType type, String output)
      throws OnnxFormatException {
    layer.claim(decoding.allowsFloat());
    Tensor.Type codes = new Tensor.Codes(type.params());
    boolean requantize = !layer.op().clips() && !type.clip().equals(Clip.NONE);
    int more = pending.steps().size() + (requantize ? 1 : 0);
    String first = more == 0 ? output : decoding.tensorName(output + "/unpooled");
    Tensor tensor =
        decoding.emit(layer.node(), layer.op().with(type.clip()), layer.inputs(), first, codes);
    if (requantize) {
      String name = --more == 0 ? output : decoding.tensorName(output + "/clipped");
      OnnxNode node = pending.clipNode().orElse(layer.node());
      tensor =
          decoding.emit(node, new ConvertOp.Requantize(type.clip()), List.of(tensor), name, codes);
    }
    return stepsTo(pending, tensor, output);
  }

  /** Codes under other parameters or with a clip. */
  public Tensor requantize(
      Pending pending, Tensor start, OnnxNode node, CodesType type, String output)
      throws OnnxFormatException {
    Tensor codes = steps(pending, start);
    Tensor.Type result = new Tensor.Codes(type.params());
    OnnxNode named = pending.clipNode().orElse(node);
    return decoding.emit(
        named, new ConvertOp.Requantize(type.clip()), List.of(codes), output, result);
  }

  /** Codes under their own parameters, which a QuantizeLinear repeats. */
  public Tensor sameCodes(Pending pending, Tensor start, String output) throws OnnxFormatException {
    if (pending.codes().isEmpty()) {
      pending.becomeCodes(stepsTo(pending, start, output));
    }
    return pending.codes().orElseThrow();
  }

  private Tensor stepsTo(Pending pending, Tensor start, String output) throws OnnxFormatException {
    Tensor codes = start;
    for (int i = 0; i < pending.steps().size(); i++) {
      Pending.Step step = pending.steps().get(i);
      boolean last = i == pending.steps().size() - 1;
      String name = last ? output : decoding.tensorName(step.node().output() + "/codes");
      codes = decoding.emit(step.node(), step.op(), List.of(codes), name, codes.type());
    }
    return codes;
  }
}
