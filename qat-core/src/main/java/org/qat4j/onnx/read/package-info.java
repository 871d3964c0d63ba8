/**
 * From a file to a graph.
 *
 * <p>Owns the checks of a file as a whole and the visit of its nodes. What a node means is said in
 * {@code nodes}, what a name stands for in {@code values}, what the bytes hold in {@code file};
 * each knows those after it only. The door is {@link org.qat4j.onnx.read.OnnxReader}.
 */
package org.qat4j.onnx.read;
