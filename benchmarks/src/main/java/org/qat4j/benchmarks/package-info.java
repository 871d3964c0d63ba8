/**
 * Measurements against other engines on the same files in the same run. What counts is the ratio
 * within a round, since the machine's speed drifts between rounds.
 */
package org.qat4j.benchmarks;
