package org.qat4j.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import com.google.protobuf.InvalidProtocolBufferException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.qat4j.onnx.read.nodes.Operators;

/**
 * Changes a model where flipped bits seldom do: its parts stay well formed, but no longer fit
 * together.
 */
final class ModelMutator {
  private static final long[] EXTREMES = {
    0,
    1,
    2,
    3,
    7,
    -1,
    255,
    256,
    1 << 15,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final ModelProto model;
  private final Random random;
  private final List<String> names = new ArrayList<>();
  private final List<String> ops = List.copyOf(Operators.names());

  ModelMutator(byte[] bytes, long seed) {
    try {
      model = ModelProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(e);
    }
    random = new Random(seed);
    model.getGraph().getNodeList().forEach(node -> names.addAll(node.getOutputList()));
    model.getGraph().getInitializerList().forEach(tensor -> names.add(tensor.getName()));
    names.add("image");
    names.add("");
  }

  byte[] mutate() {
    ModelProto.Builder mutated = model.toBuilder();
    GraphProto.Builder graph = mutated.getGraphBuilder();
    for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
      change(graph);
    }
    return mutated.build().toByteArray();
  }

  private void change(GraphProto.Builder graph) {
    int node = random.nextInt(graph.getNodeCount());
    switch (random.nextInt(9)) {
      case 0 -> input(graph.getNodeBuilder(node));
      case 1 -> graph.getNodeBuilder(node).setOpType(any(ops));
      case 2 -> attribute(graph.getNodeBuilder(node));
      case 3 -> tensor(graph.getInitializerBuilder(random.nextInt(graph.getInitializerCount())));
      case 4 ->
          shape(graph.getInputBuilder(0).getTypeBuilder().getTensorTypeBuilder().getShapeBuilder());
      case 5 -> graph.removeNode(node);
      case 6 ->
          graph.addNode(
              random.nextInt(graph.getNodeCount()),
              graph.getNode(node).toBuilder().setOutput(0, "new"));
      case 7 -> graph.getOutputBuilder(0).setName(any(names));
      default -> swap(graph, node, random.nextInt(graph.getNodeCount()));
    }
    if (graph.getNodeCount() == 0) {
      graph.addNode(NodeProto.getDefaultInstance());
    }
  }

  private void input(NodeProto.Builder node) {
    if (node.getInputCount() > 0 && random.nextInt(4) > 0) {
      node.setInput(random.nextInt(node.getInputCount()), any(names));
    } else {
      node.addInput(any(names));
    }
  }

  private void attribute(NodeProto.Builder node) {
    if (node.getAttributeCount() == 0) {
      node.addAttribute(
          OnnxNodes.integer(any(List.of("axis", "block_size", "ceil_mode", "group")), extreme()));
      return;
    }
    int index = random.nextInt(node.getAttributeCount());
    AttributeProto.Builder attribute = node.getAttributeBuilder(index);
    if (random.nextInt(4) == 0) {
      node.removeAttribute(index);
    } else if (attribute.getIntsCount() > 0) {
      attribute.setInts(random.nextInt(attribute.getIntsCount()), extreme());
    } else {
      attribute.setI(extreme());
    }
  }

  private void tensor(TensorProto.Builder tensor) {
    switch (random.nextInt(4)) {
      case 0 -> tensor.setDataType(random.nextInt(25));
      case 1 -> tensor.addDims(extreme());
      case 2 -> tensor.setName(any(names));
      default -> {
        if (tensor.getDimsCount() > 0) {
          tensor.setDims(random.nextInt(tensor.getDimsCount()), extreme());
        }
      }
    }
  }

  private void shape(TensorShapeProto.Builder shape) {
    shape.getDimBuilder(random.nextInt(shape.getDimCount())).setDimValue(extreme());
  }

  private static void swap(GraphProto.Builder graph, int a, int b) {
    NodeProto first = graph.getNode(a);
    graph.setNode(a, graph.getNode(b));
    graph.setNode(b, first);
  }

  private long extreme() {
    return EXTREMES[random.nextInt(EXTREMES.length)];
  }

  private String any(List<String> list) {
    return list.get(random.nextInt(list.size()));
  }
}
