package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.HashMap;
import java.util.Map;
import org.qat4j.graph.Node;
import org.qat4j.onnx.Form;

/** Writes the nodes of a form under names of the file. */
final class FormEncoder {
  private final String output;
  private final NodeNames nodeNames;
  private final Encoding encoding;
  private final Map<String, String> names;

  private FormEncoder(Node node, Map<String, String> names, Encoding encoding) {
    this.output = node.output();
    this.nodeNames = encoding.names(node);
    this.encoding = encoding;
    this.names = new HashMap<>(names);
  }

  /**
   * @param names of the tensors that no node of the form computes
   */
  static void encode(Node node, Form form, Map<String, String> names, Encoding encoding) {
    FormEncoder encoder = new FormEncoder(node, names, encoding);
    encoder.names.put(form.output(), node.output());
    form.nodes().forEach(each -> encoding.add(encoder.named(each)));
  }

  private NodeProto.Builder named(NodeProto node) {
    NodeProto.Builder named =
        NodeProto.newBuilder().setOpType(node.getOpType()).setName(next(node.getOutput(0)));
    node.getInputList().forEach(input -> named.addInput(name(input)));
    node.getOutputList().forEach(each -> named.addOutput(name(each)));
    node.getAttributeList().forEach(attribute -> named.addAttribute(named(attribute)));
    return named;
  }

  private String next(String suffix) {
    return nodeNames.next("/" + suffix);
  }

  private String name(String name) {
    return names.computeIfAbsent(name, own -> encoding.tensorName(output + "/" + own));
  }

  private AttributeProto named(AttributeProto attribute) {
    if (!attribute.hasG()) {
      return attribute;
    }
    GraphProto body = attribute.getG();
    GraphProto.Builder named = GraphProto.newBuilder().setName(name(body.getName()));
    body.getInputList().forEach(value -> named.addInput(named(value)));
    body.getNodeList().forEach(node -> named.addNode(named(node)));
    body.getOutputList().forEach(value -> named.addOutput(named(value)));
    return attribute.toBuilder().setG(named).build();
  }

  private ValueInfoProto named(ValueInfoProto value) {
    return value.toBuilder().setName(name(value.getName())).build();
  }
}
