/**
 * Runs an INT8 graph: chooses a kernel for every node, lays out the memory, and executes.
 *
 * <p>Owns the {@link org.qat4j.runtime.Backend} interface, the registry of backends (Java's service
 * loader), the choice of kernels and the buffers between them. Knows nothing of files or training,
 * and of a backend only its interface. docs/numerics.md is what every backend computes, bit for
 * bit.
 */
package org.qat4j.runtime;
