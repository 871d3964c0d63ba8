package org.qat4j.jobs.training;

/**
 * What one epoch achieved.
 *
 * @param epoch counted from 1 inside the phase
 * @param loss mean training loss per image
 * @param testAccuracy fraction of the test images, after the epoch
 */
public record CurvePoint(Phase phase, int epoch, double loss, double testAccuracy) {}
