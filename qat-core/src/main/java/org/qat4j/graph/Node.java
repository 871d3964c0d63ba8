package org.qat4j.graph;

import java.util.List;

/**
 * One operation in its place: which tensors it reads and the one that it writes.
 *
 * @param name unique in its graph; the layer's name where there is one
 * @param inputs tensor names, in the operation's order
 * @param output tensor name
 */
public record Node(String name, Op op, List<String> inputs, String output) {
  public Node {
    inputs = List.copyOf(inputs);
  }
}
