package org.qat4j.benchmarks;

/**
 * One line of the comparison of engines, as its JSON file holds it.
 *
 * @param medianMs of the rounds' medians, for one call
 * @param ratioToOrtInt8 how many times as fast as ONNX Runtime's INT8, median of the rounds
 */
record Line(
    Network network,
    int batch,
    int threads,
    String engine,
    double medianMs,
    double ratioToOrtInt8) {}
