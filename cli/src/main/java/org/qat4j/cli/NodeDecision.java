package org.qat4j.cli;

import org.qat4j.graph.Clip;
import org.qat4j.graph.Effect;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Op;

/** Says in a few words what scale a node's output has, what is fused into it, and why. */
final class NodeDecision {
  private NodeDecision() {}

  static String of(Graph graph, Node node) {
    Op op = node.op();
    if (graph.islands().contains(node)) {
      return !op.weights().isEmpty()
          ? "float island: its weights are real, exempt by a rule or never quantized"
          : "float island: no integer form was given";
    }
    return switch (graph.outputOf(node).arithmetic()) {
      case CODES -> ofCodes(node);
      case DYNAMIC_CODES -> "scale of each image: real numbers become codes";
      case REALS ->
          op.scalesChannels() && op.effect() == Effect.COMPUTES
              ? "float32: scales the input before the first code"
              : "float32: behind the last code";
    };
  }

  private static String ofCodes(Node node) {
    Op op = node.op();
    String input = node.inputs().get(0);
    return switch (op.effect()) {
      case CHOOSES, TAKES, RESHAPES -> "scale of " + input + ": codes are only chosen or moved";
      case EXTENDS -> "scale of " + input + ": codes are only added or repeated";
      case RENAMES -> "the same codes under another name";
      case JOINS -> "own scale, to which each input is requantized" + fused(op);
      case QUANTIZES -> "own scale: real numbers become codes";
      case COMPUTES -> "own scale" + fused(op);
      case DEQUANTIZES -> throw new IllegalStateException(node.name() + " gives real numbers");
    };
  }

  private static String fused(Op op) {
    return op.clip().equals(Clip.NONE) ? "" : "; " + op.clip() + " fused: rounding clamps anyway";
  }
}
