/**
 * The fast implementation of the training arithmetic: oneDNN primitives on ND4J's own buffers,
 * float32, channels last.
 *
 * <p>Primitives are made once per shape and find their arrays by address at each call. They live as
 * long as the layer that uses them; Deeplearning4j layers are not closed, so the garbage collector
 * frees them with the layer.
 */
package org.qat4j.kernels.onednn;
