/**
 * What each ONNX node means for the graph.
 *
 * <p>Owns the pattern of nodes that stands for each operation. The readers of nodes do not know the
 * table that names them, {@link org.qat4j.onnx.read.nodes.Operators}, and meet in what they read
 * alone, {@link org.qat4j.onnx.read.values.Decoding}. Adding an operator touches one reader and the
 * table.
 */
package org.qat4j.onnx.read.nodes;
