/**
 * The model file: an {@link org.qat4j.graph.Graph} as a standard ONNX model with QuantizeLinear and
 * DequantizeLinear nodes, and back.
 *
 * <p>Owns what reading and writing share: the integer types, names and metadata of a file, the
 * scales that follow from others, and how a node or constant is built. It knows neither wing. Their
 * doors are {@link org.qat4j.onnx.read.OnnxReader} and {@link org.qat4j.onnx.write.OnnxWriter};
 * with {@link OnnxFormatException} they are all that other packages use. docs/onnx.md says what is
 * written and what is read.
 */
package org.qat4j.onnx;
