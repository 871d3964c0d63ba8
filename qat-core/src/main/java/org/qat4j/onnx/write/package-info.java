/**
 * From a graph to a file.
 *
 * <p>Owns the nodes that are written for each operation, so that other runtimes compute the same
 * codes. The door is {@link org.qat4j.onnx.write.OnnxWriter}.
 */
package org.qat4j.onnx.write;
