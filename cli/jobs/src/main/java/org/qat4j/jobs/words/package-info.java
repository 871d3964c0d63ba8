/**
 * Word models: what dynamic quantization makes of one on a text.
 *
 * <p>Knows no command line; what a text and a vocabulary are, it takes from the examples.
 */
package org.qat4j.jobs.words;
