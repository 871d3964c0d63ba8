package org.qat4j.onnx.read.values;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.qat4j.graph.Clip;
import org.qat4j.graph.FunctionOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.FormatLimits;
import org.qat4j.onnx.read.file.OnnxNode;

/**
 * Turns {@link Pending} real numbers that cannot come of one integer operation into real tensors of
 * the graph, one operation after the other.
 */
final class IslandEmitter {
  /** What a layer's result may go through and still become one operation with it. */
  private static final Set<String> FOLLOWERS =
      Set.of(
          "Relu",
          "Clip",
          "MaxPool",
          "Flatten",
          "Reshape",
          "Squeeze",
          "Pad",
          "Resize",
          "Identity",
          "Dropout");

  private static final int MAX_DEPTH = 64;

  private final Decoding decoding;
  private final IdentityHashMap<Pending, Boolean> branching = new IdentityHashMap<>();

  IslandEmitter(Decoding decoding) {
    this.decoding = decoding;
  }

  /** Whether more is needed than one layer in integers, or one DequantizeLinear. */
  boolean isSplit(Pending pending) {
    return pending.origin() instanceof Pending.Layer
        ? !pending.isRealLayer() || branches(pending.root())
        : !pending.isCodes();
  }

  /** Whether a layer's result has readers of real numbers beside the QuantizeLinear. */
  boolean isShared(Pending pending) {
    return pending.origin() instanceof Pending.Layer && branches(pending.root());
  }

  private boolean branches(Pending root) {
    return branching.computeIfAbsent(root, pending -> branches(pending.name()));
  }

  private boolean branches(String start) {
    String name = start;
    // Bounded, because nodes of a corrupt file can read each other's results in a circle.
    for (int i = 0; i < FormatLimits.NODES; i++) {
      List<OnnxNode> readers = decoding.consumers(name);
      if (readers.isEmpty()) {
        return false;
      }
      if (decoding.isOutput(name)) {
        return true;
      }
      if (readers.stream().allMatch(reader -> reader.op().equals("QuantizeLinear"))) {
        return false;
      }
      if (readers.size() > 1 || !FOLLOWERS.contains(readers.get(0).op())) {
        return readers.size() > 1;
      }
      name = readers.get(0).output();
    }
    return true;
  }

  Tensor real(Pending pending, OnnxNode reader) throws OnnxFormatException {
    if (pending.previous().isEmpty()) {
      return layer(pending, Clip.NONE);
    }
    if (pending.depth() > MAX_DEPTH) {
      throw reader.error("follows " + MAX_DEPTH + " clips and poolings without a QuantizeLinear");
    }
    Pending previous = pending.previous().get();
    boolean step = pending.steps().size() > previous.steps().size();
    if (!step && takesClip(previous)) {
      return layer(previous, pending.clip(), pending.name());
    }
    Tensor input = decoding.emitter().real(previous, reader);
    return step
        ? step(pending.steps().get(pending.steps().size() - 1), input, pending.name())
        : clip(pending, input);
  }

  /** Whether a layer without other readers computes the clip behind it too. */
  private boolean takesClip(Pending pending) {
    return pending.isBareLayer()
        && pending.isRealLayer()
        && pending.real().isEmpty()
        && decoding.consumers(pending.name()).size() == 1
        && !decoding.isOutput(pending.name());
  }

  private Tensor layer(Pending pending, Clip clip) throws OnnxFormatException {
    return layer(pending, clip, pending.name());
  }

  private Tensor layer(Pending pending, Clip clip, String output) throws OnnxFormatException {
    Pending.Layer layer = (Pending.Layer) pending.origin();
    if (pending.isRealLayer()) {
      return decoding.emit(
          layer.node(), layer.op().with(clip), layer.inputs(), output, new Tensor.Real());
    }
    List<Tensor> inputs = new ArrayList<>();
    for (int i = 0; i < layer.inputs().size(); i++) {
      inputs.add(decoding.real(layer.node(), i));
    }
    Op op = layer.op().with(Clip.NONE);
    return decoding.emit(layer.node(), op, inputs, output, new Tensor.Real());
  }

  private Tensor step(Pending.Step step, Tensor input, String output) throws OnnxFormatException {
    return decoding.emit(step.node(), step.op(), List.of(input), output, new Tensor.Real());
  }

  /** All clips up to here: applied again they change nothing. */
  private Tensor clip(Pending pending, Tensor input) throws OnnxFormatException {
    Op op = new FunctionOp.Clamp(pending.clip());
    OnnxNode node = pending.clipNode().orElseThrow();
    return decoding.emit(node, op, List.of(input), pending.name(), new Tensor.Real());
  }
}
