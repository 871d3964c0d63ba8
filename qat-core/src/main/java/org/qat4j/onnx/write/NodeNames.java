package org.qat4j.onnx.write;

import org.qat4j.onnx.Names;

/**
 * Names of the ONNX nodes that one graph node becomes: the first has its name, the others that and
 * a suffix.
 */
final class NodeNames {
  private final String nodeName;
  private final Names names;
  private boolean used;

  NodeNames(String nodeName, Names names) {
    this.nodeName = nodeName;
    this.names = names;
  }

  String first() {
    return nodeName;
  }

  String next(String suffix) {
    if (used) {
      return names.unique(nodeName + suffix);
    }
    used = true;
    return nodeName;
  }
}
