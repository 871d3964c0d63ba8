/**
 * Recurrent layers that train many times faster than Deeplearning4j's, with its parameters and
 * results, and what feeds and reads them: the embedding of a sequence and the output layer.
 *
 * <p>Their configurations are Deeplearning4j's own ones that make other running layers, so that all
 * that Deeplearning4j does with a network it does with these. Sequences lie {@code [time, batch,
 * features]} in memory, in views of the shape {@code [batch, features, time]} that Deeplearning4j
 * sees. Weights may be rounded to codes in training (dynamic quantization-aware training);
 * activations stay real. Does not know which layers a network has.
 */
package org.qat4j.layers.recurrent;
