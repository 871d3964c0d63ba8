/**
 * The INT8 graph: an immutable, validated network of operations on codes, and on real numbers where
 * that is allowed.
 *
 * <p>Every tensor has a type (real or codes) and a per-image shape; every operation knows which
 * types it accepts and which shape it produces. Owns the structure and the requantization constants
 * of docs/numerics.md. Knows nothing of files, kernels or training.
 */
package org.qat4j.graph;
