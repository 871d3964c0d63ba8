/**
 * Runs an INT8 graph: takes kernels that backends offer, places tensors in memory, and executes.
 *
 * <p>Owns the {@link org.qat4j.runtime.Backend} interface, the registry of backends (Java's service
 * loader), the choice among their offers, and what lies between kernels: buffers, reorders, copies.
 * Knows nothing of files or training, and of a backend only its interface. docs/numerics.md is what
 * every backend computes, bit for bit.
 */
package org.qat4j.runtime;
