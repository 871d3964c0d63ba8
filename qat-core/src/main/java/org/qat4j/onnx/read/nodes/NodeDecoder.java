package org.qat4j.onnx.read.nodes;

import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;

/** Says what one kind of ONNX node means for the graph. */
@FunctionalInterface
interface NodeDecoder {
  void decode(OnnxNode node, Decoding decoding) throws OnnxFormatException;
}
