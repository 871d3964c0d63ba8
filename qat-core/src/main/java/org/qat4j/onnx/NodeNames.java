package org.qat4j.onnx;

/**
 * Names of the ONNX nodes that one graph node becomes: the first has its name, the others that and
 * a suffix.
 */
final class NodeNames {
  private final String nodeName;
  private final GraphEncoder encoder;
  private boolean used;

  NodeNames(String nodeName, GraphEncoder encoder) {
    this.nodeName = nodeName;
    this.encoder = encoder;
  }

  String first() {
    return nodeName;
  }

  String next(String suffix) {
    if (used) {
      return encoder.nodeName(nodeName + suffix);
    }
    used = true;
    return nodeName;
  }
}
