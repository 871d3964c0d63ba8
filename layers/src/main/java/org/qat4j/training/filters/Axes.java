package org.qat4j.training.filters;

import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.deeplearning4j.nn.conf.CNN2DFormat;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/** Parameters along one axis. */
final class Axes {
  private Axes() {}

  /** Whether a layer's channels are its second axis. */
  static boolean areUsual(FeedForwardLayer layer) {
    boolean last =
        (layer instanceof ConvolutionLayer convolution
                && convolution.getCnn2dDataFormat() == CNN2DFormat.NHWC)
            || (layer instanceof BatchNormalization norm
                && norm.getCnn2DFormat() == CNN2DFormat.NHWC);
    return !last;
  }

  /** A copy with the places of the channels that stay; the array itself where all do. */
  static INDArray keep(INDArray array, int axis, Channels channels) {
    int[] kept = channels.kept();
    if (!channels.isKnown() || kept.length == channels.all().size()) {
      return array;
    }
    // By a loop: some of ND4J's own slices of parameters come out empty.
    double[] all = array.dup('c').data().asDouble();
    int inner = inner(array, axis);
    int outer = all.length / inner / channels.all().size();
    double[] smaller = new double[outer * kept.length * inner];
    for (int i = 0; i < outer * kept.length; i++) {
      int from = i / kept.length * channels.all().size() + kept[i % kept.length];
      System.arraycopy(all, from * inner, smaller, i * inner, inner);
    }
    long[] shape = array.shape().clone();
    shape[axis] = kept.length;
    return Nd4j.createFromArray(smaller).castTo(array.dataType()).reshape('c', shape);
  }

  /** Elements between two places along an axis. */
  static int inner(INDArray array, int axis) {
    long inner = 1;
    for (int i = axis + 1; i < array.rank(); i++) {
      inner *= array.size(i);
    }
    return Math.toIntExact(inner);
  }

  /** As {@link #keep}, of a vector that may lie in a row. */
  static INDArray keepLast(INDArray vector, Channels channels) {
    return keep(vector, vector.rank() - 1, channels);
  }

  /** The sum of magnitudes at each place along an axis. */
  static Map<Integer, Double> norms(INDArray array, int axis) {
    int[] others = IntStream.range(0, array.rank()).filter(i -> i != axis).toArray();
    double[] sums =
        Transforms.abs(array.castTo(DataType.DOUBLE)).sum(others).dup('c').data().asDouble();
    Map<Integer, Double> norms = new HashMap<>();
    for (int i = 0; i < sums.length; i++) {
      norms.put(i, sums[i]);
    }
    return norms;
  }
}
