/**
 * Measuring speed: engines take turns, each in a process of its own, and ratios are one statistic
 * with its spread.
 *
 * <p>Knows nothing of how the numbers are shown.
 */
package org.qat4j.cli.speed;
