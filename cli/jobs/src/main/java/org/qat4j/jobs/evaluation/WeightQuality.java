package org.qat4j.jobs.evaluation;

import java.util.Map;
import java.util.Optional;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Weights;

/**
 * How well integer weights stand for the trained real ones.
 *
 * <p>Folding batch norm scales each output channel and may turn its sign, so each channel is
 * compared up to a factor: with real weights w and codes q its relative noise is {@code 1 - (w.q)^2
 * / (w.w * q.q)}. The mean over channels, in decibels, is the result.
 */
final class WeightQuality {
  private WeightQuality() {}

  /**
   * Signal to noise.
   *
   * @param parameters of the prepared layer; weights [out, in, height, width] or [in, out]; none
   *     needed if each channel has one weight, as batch norm by itself
   * @return decibels; empty where the codes are exact
   */
  static Optional<Double> decibels(Map<String, INDArray> parameters, Weights weights) {
    if (weights.fanIn() == 1) {
      return Optional.empty(); // one weight is exact up to a factor
    }
    INDArray trained = parameters.get(DefaultParamInitializer.WEIGHT_KEY);
    float[] rows = (trained.rank() == 2 ? trained.transpose() : trained).dup('c').data().asFloat();
    double noise = 0;
    for (int channel = 0; channel < weights.outChannels(); channel++) {
      noise += relativeNoise(rows, channel * weights.fanIn(), weights, channel);
    }
    return Noise.decibels(noise / weights.outChannels());
  }

  private static double relativeNoise(float[] rows, int start, Weights weights, int channel) {
    double product = 0;
    double real = 0;
    double integer = 0;
    for (int i = 0; i < weights.fanIn(); i++) {
      double w = rows[start + i];
      int q = weights.code(channel, i) - weights.zeroPoint(channel);
      product += w * q;
      real += w * w;
      integer += (double) q * q;
    }
    return real == 0 || integer == 0 ? 0 : Math.max(0, 1 - product * product / (real * integer));
  }
}
