/**
 * What kernels of recurrent layers share, in loops that the JVM turns into vector instructions: the
 * way through the steps, the cells, and codes whose scale is computed while running.
 *
 * <p>Each loop does for many elements what the reference does for one, in the same order.
 */
package org.qat4j.runtime.recurrent;
