/**
 * What a deployed program uses: load an {@link org.qat4j.inference.QuantizedModel}, open an {@link
 * org.qat4j.inference.InferenceSession}, run.
 *
 * <p>Needs neither ND4J nor Deeplearning4j on the class path.
 */
package org.qat4j.inference;
