/**
 * What the names of a file stand for while it is read, and the graph so far.
 *
 * <p>Owns the rules by which real numbers of the file become codes of the graph, or stay real.
 * Knows no operator's pattern.
 */
package org.qat4j.onnx.read.values;
