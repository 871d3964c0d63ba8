/**
 * How the range of a tensor is learned from the data that flows through it.
 *
 * <p>Owns the rules that turn a stream of batches into one {@link org.qat4j.observer.RealRange}:
 * observers merge ranges batch by batch, estimators choose one from the histogram of all values
 * (docs/ranges.md). Knows nothing of layers or where the state is stored. Sources: Jacob et al.
 * 2018, arXiv:1712.05877, sec. 3.1 (moving average); Migacz, "8-bit Inference with TensorRT", GTC
 * 2017 (divergence); Nagel et al. 2021, arXiv:2106.08295, sec. 3.1 (squared error).
 */
package org.qat4j.observer;
