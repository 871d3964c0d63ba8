package org.qat4j.jobs.evaluation;

import org.deeplearning4j.nn.api.Layer;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.scheme.QuantParams;
import org.qat4j.training.LayerSummary;

/** Collects what one layer's codes are like, batch by batch. */
final class LayerStatistics {
  private final LayerSummary summary;
  private final Tensor tensor;
  private final CodeHistogram histogram;
  private final Noise noise = new Noise();
  private long compared;
  private long mismatched;
  private long clipped;

  LayerStatistics(LayerSummary summary, Tensor tensor) {
    this.summary = summary;
    this.tensor = tensor;
    this.histogram = new CodeHistogram(tensor.params().range());
  }

  String name() {
    return summary.name();
  }

  /**
   * Compares the deployed codes with the real values that the prepared network put out; these lie
   * on the codes' grid, so a value equals its code's real value exactly or it is a mismatch.
   */
  void compare(int[] codes, float[] prepared) {
    if (codes.length != prepared.length) {
      throw new IllegalStateException(
          "layer '"
              + name()
              + "': the model gives "
              + codes.length
              + " codes, the prepared network "
              + prepared.length
              + " values");
    }
    QuantParams params = tensor.params();
    for (int i = 0; i < codes.length; i++) {
      histogram.add(codes[i]);
      boolean end = codes[i] == params.range().min() || codes[i] == params.range().max();
      if (end && codes[i] != params.zeroPoint()) {
        clipped++;
      }
      if (params.dequantize(codes[i]) != prepared[i]) {
        mismatched++;
      }
    }
    compared += codes.length;
  }

  /** Adds the distance to the values without rounding. */
  void addNoise(int[] codes, float[] real) {
    for (int i = 0; i < codes.length; i++) {
      noise.add(real[i], tensor.params().dequantize(codes[i]));
    }
  }

  LayerReport report(Graph graph, Layer layer) {
    Node node = graph.producer(tensor).orElseThrow();
    return new LayerReport(
        summary.name(),
        summary.kind(),
        tensor.shape().toString(),
        summary.fused(),
        summary.reason(),
        node.op().macs(graph.inputsOf(node)),
        node.op().weights().stream()
            .findFirst()
            .map(weights -> weightReport(weights.codes().weights(), layer)),
        outputReport());
  }

  private LayerReport.OutputReport outputReport() {
    QuantParams params = tensor.params();
    return new LayerReport.OutputReport(
        bits(params.range().steps()),
        params.scale(),
        params.zeroPoint(),
        noise.decibels(),
        compared == 0 ? 0 : (double) clipped / compared,
        compared,
        mismatched,
        histogram.bins());
  }

  private LayerReport.WeightReport weightReport(Weights weights, Layer layer) {
    CodeHistogram codes = new CodeHistogram(weights.range());
    for (short code : weights.wideCodesOihw()) {
      codes.add(code);
    }
    float smallest = Float.POSITIVE_INFINITY;
    float largest = 0;
    for (float scale : weights.scales()) {
      smallest = Math.min(smallest, scale);
      largest = Math.max(largest, scale);
    }
    return new LayerReport.WeightReport(
        summary.weightBits(),
        weights.count(),
        smallest,
        largest,
        WeightQuality.decibels(layer.paramTable(), weights),
        codes.bins());
  }

  private static int bits(int steps) {
    return Integer.SIZE - Integer.numberOfLeadingZeros(steps);
  }
}
