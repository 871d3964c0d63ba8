/**
 * Dynamic quantization: a graph straight from a Deeplearning4j network, whose weights have codes
 * and whose activations get theirs while running; or the same graph in float32.
 *
 * <p>One class for each kind of layer that it knows. Knows nothing of preparing and fitting.
 */
package org.qat4j.training.dynamic;
