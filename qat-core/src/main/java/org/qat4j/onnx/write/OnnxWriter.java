package org.qat4j.onnx.write;

import ai.onnx.proto.OnnxMl.ModelProto;
import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.files.AtomicFile;
import org.qat4j.graph.Graph;

/**
 * Writes an INT8 network as a standard ONNX model: int8 weights, and QuantizeLinear and
 * DequantizeLinear nodes around every operation. Equal graphs give equal bytes.
 */
public final class OnnxWriter {
  private OnnxWriter() {}

  /**
   * Writes a model file; it appears under its name only when it is complete.
   *
   * @throws IOException if the file cannot be written; an earlier file of that name is then
   *     unchanged
   * @throws IllegalArgumentException if the graph has no ONNX form, naming the node and the reason
   */
  public static void write(Graph graph, Path file) throws IOException {
    ModelProto model = new GraphEncoder(graph).model();
    AtomicFile.write(file, model::writeTo);
  }

  /**
   * The content of a model file.
   *
   * @throws IllegalArgumentException if the graph has no ONNX form, naming the node and the reason
   */
  public static byte[] toBytes(Graph graph) {
    return new GraphEncoder(graph).model().toByteArray();
  }
}
