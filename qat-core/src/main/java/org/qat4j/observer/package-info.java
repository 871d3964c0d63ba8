/**
 * How the range of a tensor is learned from the data that flows through it.
 *
 * <p>Owns the rules that turn a stream of batches into one {@link org.qat4j.observer.Range}. Knows
 * nothing of scales, layers or where the state is stored. Sources: Jacob et al. 2018,
 * arXiv:1712.05877, sec. 3.1 (moving average).
 */
package org.qat4j.observer;
