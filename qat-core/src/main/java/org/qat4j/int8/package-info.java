/**
 * What a deployed program uses: load an {@link org.qat4j.int8.Int8Model}, open an {@link
 * org.qat4j.int8.Int8Session}, run.
 *
 * <p>Needs neither ND4J nor Deeplearning4j on the class path.
 */
package org.qat4j.int8;
