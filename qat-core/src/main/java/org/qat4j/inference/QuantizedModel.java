package org.qat4j.inference;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.graph.Graph;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/**
 * An INT8 network that can be saved, loaded and run. Immutable: share one among all sessions and
 * threads.
 *
 * <p>The file is a standard ONNX model with QuantizeLinear and DequantizeLinear nodes and int8
 * weights.
 *
 * @param graph the integer network
 */
public record QuantizedModel(Graph graph) {

  /**
   * The same model for sequences of another length; the weights are shared.
   *
   * @param time steps of every sequence that callers give
   * @throws IllegalArgumentException if it reads no sequence, or a layer depends on its length
   */
  public QuantizedModel withSteps(int time) {
    return new QuantizedModel(graph.withSteps(time));
  }

  /**
   * Writes the model; the file appears under its name only when it is complete.
   *
   * @throws IOException if it cannot be written; an earlier file of that name is then unchanged
   * @throws IllegalArgumentException if the graph has no ONNX form, naming the node or tensor and
   *     the reason
   */
  public void save(Path file) throws IOException {
    OnnxWriter.write(graph, file);
  }

  /**
   * Reads a model.
   *
   * @throws IOException if the file cannot be read
   * @throws org.qat4j.onnx.OnnxFormatException if it is corrupt, not quantized, or holds an
   *     operator that cannot run in integers; the message names the node and the reason, and which
   *     nodes would run in float if that were allowed
   */
  public static QuantizedModel load(Path file) throws IOException {
    return load(file, LoadOptions.STRICT);
  }

  /**
   * Reads a model.
   *
   * @param options whether nodes between the quantized parts may run in float
   * @throws IOException if the file cannot be read
   * @throws org.qat4j.onnx.OnnxFormatException if it is corrupt, not quantized, or holds an
   *     operator that the options do not allow or that is not known; the message names the node and
   *     the reason
   */
  public static QuantizedModel load(Path file, LoadOptions options) throws IOException {
    return new QuantizedModel(
        options.allowFloat() ? OnnxReader.readAllowingFloat(file) : OnnxReader.read(file));
  }
}
