/**
 * Training of one network over one data set, phase after phase, that can stop after any batch and
 * continue from there with identical results.
 *
 * <p>Owns the loop, its progress display, the learning curves and the checkpoint's content. Knows
 * nothing of which network is trained or what becomes of it.
 */
package org.qat4j.jobs.training;
