package org.qat4j.onnx;

/** Says what one kind of ONNX node means for the graph. */
@FunctionalInterface
interface NodeDecoder {
  void decode(OnnxNode node, Decoding decoding) throws OnnxFormatException;
}
