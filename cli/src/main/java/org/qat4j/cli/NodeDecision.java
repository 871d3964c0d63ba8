package org.qat4j.cli;

import org.qat4j.graph.Clip;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;
import org.qat4j.graph.RealOp;

/** Says in a few words what scale a node's output has, what is fused into it, and why. */
final class NodeDecision {
  private NodeDecision() {}

  static String of(Graph graph, Node node) {
    Op op = node.op();
    if (op instanceof Op.Real real) {
      if (!graph.islands().contains(node)) {
        return "float32: scales the input before the first code";
      }
      return real.operation() instanceof RealOp.Conv || real.operation() instanceof RealOp.Dense
          ? "float island: its weights are real, exempt by a rule or never quantized"
          : "float island: no integer form was given";
    }
    if (!graph.outputOf(node).isCodes()) {
      return "float32: behind the last code";
    }
    if (op instanceof Op.MaxPool || op instanceof Op.Flatten) {
      return "scale of " + node.inputs().get(0) + ": codes are only chosen or moved";
    }
    if (op instanceof Op.Identity) {
      return "the same codes under another name";
    }
    if (op instanceof Op.Pad || op instanceof Op.Upsample) {
      return "scale of " + node.inputs().get(0) + ": codes are only added or repeated";
    }
    if (op instanceof Op.Add || op instanceof Op.Concat) {
      return "own scale, to which each input is requantized" + fused(op);
    }
    return op instanceof Op.Quantize
        ? "own scale: real numbers become codes"
        : "own scale" + fused(op);
  }

  private static String fused(Op op) {
    Clip clip = clip(op);
    return clip.equals(Clip.NONE) ? "" : "; " + clip + " fused: rounding clamps anyway";
  }

  /** The activation that is fused into an operation. */
  static Clip clip(Op op) {
    if (op instanceof Op.Conv conv) {
      return conv.clip();
    }
    if (op instanceof Op.Dense dense) {
      return dense.clip();
    }
    if (op instanceof Op.Add add) {
      return add.clip();
    }
    return op instanceof Op.Requantize requantize ? requantize.clip() : Clip.NONE;
  }
}
