/**
 * What a trained network is worth against what is deployed of it: agreement of codes, signal to
 * noise, and speed, layer by layer where there are layers.
 *
 * <p>Knows nothing of how the network was trained or how the numbers are shown.
 */
package org.qat4j.jobs.evaluation;
