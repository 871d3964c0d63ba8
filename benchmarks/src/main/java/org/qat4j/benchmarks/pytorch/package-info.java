/**
 * LeNet and ResNet-20 in PyTorch, from Java: the same functions as the Deeplearning4j networks,
 * trained in float32, in bfloat16 (autocast) and quantization-aware (eager mode).
 *
 * <p>Runs in a process whose class path holds PyTorch's native libraries (pytorch/pom.xml); knows
 * neither Deeplearning4j nor this project's layers.
 */
package org.qat4j.benchmarks.pytorch;
