/**
 * The floating-point arithmetic of the training layers, behind interfaces.
 *
 * <p>Families of kernels are found by {@link java.util.ServiceLoader}; {@link
 * org.qat4j.kernels.TrainingKernels} chooses one for each operation. {@code nd4j} is the reference:
 * it runs on every ND4J backend and data type and is checked against finite differences. {@code
 * onednn} is the fast path for float32 on a CPU, tested against the reference. Of graphs it knows
 * the geometry of windows ({@link org.qat4j.graph.Window}) alone; nothing of layers or schedules.
 */
package org.qat4j.kernels;
