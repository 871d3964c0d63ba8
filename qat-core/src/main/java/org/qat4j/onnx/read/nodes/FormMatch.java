package org.qat4j.onnx.read.nodes;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.qat4j.onnx.Form;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;

/**
 * The nodes of a file that differ from those of a form in names only. Found from the result
 * backwards; a node with another attribute, another operand or another reader does not match.
 */
final class FormMatch {
  private final Form form;
  private final Decoding decoding;
  private final Map<String, String> names = new HashMap<>();
  private final List<OnnxNode> nodes = new ArrayList<>();

  private FormMatch(Form form, Decoding decoding) {
    this.form = form;
    this.decoding = decoding;
  }

  /**
   * The nodes whose result a node computes.
   *
   * @param end the last of them
   */
  static Optional<FormMatch> of(Form form, OnnxNode end, Decoding decoding) {
    FormMatch match = new FormMatch(form, decoding);
    boolean same = match.tensor(form.output(), end.output(), match.outer()) && match.isClosed(end);
    return same ? Optional.of(match) : Optional.empty();
  }

  /** The name in the file of what no node of the form computes. */
  String name(String own) {
    return names.getOrDefault(own, "");
  }

  /** All nodes, which mean nothing else. */
  List<OnnxNode> nodes() {
    return nodes;
  }

  /**
   * Where names are looked up: in the file, or in the body of a node.
   *
   * @param form by the name of what a node computes
   * @param file likewise; empty for what none does
   */
  private record Scope(
      Map<String, NodeProto> form, Function<String, Optional<NodeProto>> file, boolean isBody) {}

  private Scope outer() {
    return new Scope(
        producers(form.nodes()), name -> decoding.producer(name).map(OnnxNode::proto), false);
  }

  private static Map<String, NodeProto> producers(List<NodeProto> nodes) {
    Map<String, NodeProto> producers = new HashMap<>();
    for (NodeProto node : nodes) {
      node.getOutputList().forEach(output -> producers.put(output, node));
    }
    return producers;
  }

  private boolean tensor(String own, String ofTheFile, Scope scope) {
    if (names.containsKey(own)) {
      return names.get(own).equals(ofTheFile);
    }
    NodeProto node = scope.form().get(own);
    Optional<NodeProto> actual = scope.file().apply(ofTheFile);
    if (node == null) {
      names.put(own, ofTheFile);
      return !scope.isBody() || actual.isEmpty();
    }
    return actual.isPresent() && node(node, actual.get(), scope);
  }

  private boolean node(NodeProto own, NodeProto actual, Scope scope) {
    boolean same =
        own.getOpType().equals(actual.getOpType())
            && (actual.getDomain().isEmpty() || actual.getDomain().equals("ai.onnx"))
            && own.getInputCount() == actual.getInputCount()
            && own.getOutputCount() == actual.getOutputCount();
    for (int i = 0; same && i < own.getOutputCount(); i++) {
      same = names.putIfAbsent(own.getOutput(i), actual.getOutput(i)) == null;
    }
    for (int i = 0; same && i < own.getInputCount(); i++) {
      same = tensor(own.getInput(i), actual.getInput(i), scope);
    }
    if (same && !scope.isBody()) {
      nodes.add(decoding.producer(actual.getOutput(0)).orElseThrow());
    }
    return same && attributes(own, actual);
  }

  private boolean attributes(NodeProto own, NodeProto actual) {
    boolean same = own.getAttributeCount() == actual.getAttributeCount();
    for (AttributeProto attribute : own.getAttributeList()) {
      same =
          same
              && actual.getAttributeList().stream()
                  .filter(other -> other.getName().equals(attribute.getName()))
                  .limit(1)
                  .anyMatch(other -> attribute(attribute, other));
    }
    return same;
  }

  private boolean attribute(AttributeProto own, AttributeProto actual) {
    return own.hasG()
        ? actual.hasG() && body(own.getG(), actual.getG())
        : own.equals(actual.toBuilder().clearDocString().build());
  }

  private boolean body(GraphProto own, GraphProto actual) {
    boolean same =
        own.getNodeCount() == actual.getNodeCount()
            && own.getInputCount() == actual.getInputCount()
            && own.getOutputCount() == actual.getOutputCount()
            && actual.getInitializerCount() + actual.getSparseInitializerCount() == 0;
    for (int i = 0; same && i < own.getInputCount(); i++) {
      same = value(own.getInput(i), actual.getInput(i));
      same &= names.putIfAbsent(own.getInput(i).getName(), actual.getInput(i).getName()) == null;
    }
    if (!same) {
      return false;
    }
    Map<String, NodeProto> producers = producers(actual.getNodeList());
    // What a body's own inputs are called means nothing outside of it.
    Set<String> inside = new HashSet<>(producers.keySet());
    actual.getInputList().forEach(input -> inside.add(input.getName()));
    Scope scope =
        new Scope(
            producers(own.getNodeList()),
            name ->
                inside.contains(name)
                    ? Optional.of(producers.getOrDefault(name, NodeProto.getDefaultInstance()))
                    : Optional.empty(),
            true);
    for (int i = 0; same && i < own.getOutputCount(); i++) {
      same = tensor(own.getOutput(i).getName(), actual.getOutput(i).getName(), scope);
    }
    return same;
  }

  private static boolean value(ValueInfoProto own, ValueInfoProto actual) {
    return own.getType().getTensorType().getElemType()
        == actual.getType().getTensorType().getElemType();
  }

  /** Whether nothing else reads what the nodes compute on the way to their result. */
  private boolean isClosed(OnnxNode end) {
    Set<NodeProto> own = new HashSet<>();
    nodes.forEach(node -> own.add(node.proto()));
    for (OnnxNode node : nodes) {
      for (String output : node.proto().getOutputList()) {
        boolean open =
            decoding.isOutput(output)
                || decoding.consumers(output).stream()
                    .anyMatch(reader -> !own.contains(reader.proto()));
        if (open && !output.equals(end.output())) {
          return false;
        }
      }
    }
    return true;
  }
}
