package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import java.util.ArrayList;
import java.util.List;

/**
 * The nodes that one operation of a graph becomes, in order, under names of their own: the writer
 * gives them names of the file, the reader finds nodes that differ from them in names only. What no
 * node computes is a tensor of the file.
 *
 * @param output of the last node: the operation's result
 */
public record Form(List<NodeProto> nodes, String output) {
  public Form {
    nodes = List.copyOf(nodes);
  }

  /** Collects the nodes of a form, or of a graph inside one of them. */
  static final class Builder {
    private final List<NodeProto> nodes = new ArrayList<>();

    /** Adds a node and returns its first output, which names it. */
    String node(String op, String output, List<String> inputs, AttributeProto... attributes) {
      nodes.add(
          OnnxNodes.node(op, "", output, inputs.toArray(String[]::new))
              .addAllAttribute(List.of(attributes))
              .build());
      return output;
    }

    void node(NodeProto.Builder node) {
      nodes.add(node.build());
    }

    /** A constant list of integers. */
    String integers(String output, long... values) {
      return node("Constant", output, List.of(), OnnxNodes.integers("value_ints", values));
    }

    Form form(String output) {
      return new Form(nodes, output);
    }

    /** The nodes as the body of another one. */
    AttributeProto body(List<ValueInfoProto> inputs, List<ValueInfoProto> outputs) {
      GraphProto graph =
          GraphProto.newBuilder()
              .setName("body")
              .addAllNode(nodes)
              .addAllInput(inputs)
              .addAllOutput(outputs)
              .build();
      return AttributeProto.newBuilder()
          .setName("body")
          .setType(AttributeType.GRAPH)
          .setG(graph)
          .build();
    }
  }

  static ValueInfoProto value(String name, DataType type) {
    TypeProto.Tensor tensor = TypeProto.Tensor.newBuilder().setElemType(type.getNumber()).build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(TypeProto.newBuilder().setTensorType(tensor))
        .build();
  }
}
