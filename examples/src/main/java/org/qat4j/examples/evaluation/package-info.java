/**
 * What a trained network is worth: predicted classes, accuracy, agreement of codes, signal to
 * noise, size and speed.
 *
 * <p>Knows nothing of how the network was trained or how the numbers are shown.
 */
package org.qat4j.examples.evaluation;
