/**
 * Java loops over native buffers, for the operations whose time is in memory rather than
 * arithmetic.
 *
 * <p>Tables replace the arithmetic wherever a result depends on one 8-bit code alone; they are
 * filled by the same {@link org.qat4j.graph.Requantization} that defines it.
 */
package org.qat4j.runtime.loops;
