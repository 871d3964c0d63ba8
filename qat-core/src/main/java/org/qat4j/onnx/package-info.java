/**
 * The model file: an {@link org.qat4j.graph.Graph} as a standard ONNX model with QuantizeLinear and
 * DequantizeLinear nodes, and back.
 *
 * <p>Owns the pattern of nodes that stands for each operation, and the checks that make an
 * untrusted file harmless. Knows nothing of kernels or training. docs/onnx.md says what is written
 * and what is read.
 */
package org.qat4j.onnx;
