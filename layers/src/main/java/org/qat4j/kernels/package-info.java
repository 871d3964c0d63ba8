/**
 * The floating-point arithmetic of the training layers, behind interfaces.
 *
 * <p>{@code nd4j} is the reference: it runs on every ND4J backend and data type and is checked
 * against finite differences. {@code onednn} is the fast path for float32 on a CPU, tested against
 * the reference. Knows nothing of layers, schedules or graphs.
 */
package org.qat4j.kernels;
