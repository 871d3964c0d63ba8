/**
 * The main job, from data to report: train in float, prepare, train for quantization, convert,
 * deploy, compare, measure.
 *
 * <p>The one place where data, training, evaluation and report meet. Knows nothing of the command
 * line.
 */
package org.qat4j.jobs;
