package org.qat4j.benchmarks;

import org.qat4j.cli.speed.Ratio;

/**
 * One line of the comparison of engines, as its JSON file holds it.
 *
 * @param medianMs of the rounds' medians, for one call
 * @param ratioToOrtInt8 how many times as fast as ONNX Runtime's INT8
 */
record Line(
    MeasuredNetwork network,
    int batch,
    int threads,
    String engine,
    double medianMs,
    Ratio ratioToOrtInt8) {}
