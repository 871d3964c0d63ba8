/**
 * Predicted classes of images, and how many are right.
 *
 * <p>Knows nothing of how the network was trained or how the numbers are shown.
 */
package org.qat4j.cli.evaluation;
