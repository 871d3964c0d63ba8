/**
 * Programs of a few lines, one for each thing that one may want to do with qat4j. All of them run
 * as tests, on pictures that they draw themselves.
 *
 * <p>They use only what other modules offer to everybody.
 */
package org.qat4j.examples;
