package org.qat4j.jobs.evaluation;

import java.util.List;
import java.util.Optional;

/**
 * One row of the per-layer table.
 *
 * @param name of the prepared layer and of its tensor in the model file
 * @param kind what it computes
 * @param shape of one image's output
 * @param fused what was folded into it
 * @param reason why it is as it is
 * @param macs multiply-accumulates for one image
 * @param weights of layers that have some
 * @param output its codes
 */
public record LayerReport(
    String name,
    String kind,
    String shape,
    List<String> fused,
    String reason,
    long macs,
    Optional<WeightReport> weights,
    OutputReport output) {
  public LayerReport {
    fused = List.copyOf(fused);
  }

  /**
   * Quantized weights: symmetric, one scale per output channel.
   *
   * @param bits of a code
   * @param count of weights
   * @param zeros how many of them are exactly 0
   * @param smallestScale over the channels
   * @param largestScale over the channels
   * @param sqnr signal to quantization noise in decibels; absent where the codes are exact
   */
  public record WeightReport(
      int bits,
      int count,
      int zeros,
      float smallestScale,
      float largestScale,
      Optional<Double> sqnr,
      CodeHistogram.Bins histogram) {}

  /**
   * The codes that a layer puts out, over all test images.
   *
   * @param bits of a code
   * @param sqnr against the same network without rounding, in decibels; absent where it is exact
   * @param clipped fraction of codes at an end of their range that is not the zero point
   * @param compared codes compared with the prepared network's own inference
   * @param mismatched how many of them differ
   */
  public record OutputReport(
      int bits,
      float scale,
      int zeroPoint,
      Optional<Double> sqnr,
      double clipped,
      long compared,
      long mismatched,
      CodeHistogram.Bins histogram) {}
}
