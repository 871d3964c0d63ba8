/**
 * A word-level language model from a text to its INT8 file: vocabulary, training by truncated
 * backpropagation, dynamic quantization, loss, and text that it writes.
 *
 * <p>Knows words only; what a network is, it takes from {@code examples.networks}.
 */
package org.qat4j.examples.words;
