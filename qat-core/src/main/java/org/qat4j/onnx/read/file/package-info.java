/**
 * What the bytes of a file hold: nodes with their attributes, constants, data in other files.
 *
 * <p>Owns the limits that make an untrusted file harmless. Knows no graph.
 */
package org.qat4j.onnx.read.file;
