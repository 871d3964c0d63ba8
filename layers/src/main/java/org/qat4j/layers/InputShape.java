package org.qat4j.layers;

import java.util.Arrays;
import java.util.stream.Collectors;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a layer's input must look like: Deeplearning4j does not know before it arrives. */
final class InputShape {
  /** Stands for a size that does not matter. */
  static final long ANY = -1;

  private InputShape() {}

  /**
   * @param expected each size, or {@link #ANY}
   * @throws DL4JInvalidInputException if the input has another shape
   */
  static void require(Layer layer, INDArray input, long... expected) {
    boolean fits = input.rank() == expected.length;
    for (int i = 0; fits && i < expected.length; i++) {
      fits = expected[i] == ANY || expected[i] == input.size(i);
    }
    if (!fits) {
      throw mismatch(layer, input, describe(expected));
    }
  }

  private static DL4JInvalidInputException mismatch(Layer layer, INDArray input, String expected) {
    return new DL4JInvalidInputException(
        "layer '"
            + layer.conf().getLayer().getLayerName()
            + "' ("
            + layer.getIndex()
            + "): expected an input of shape "
            + expected
            + ", got "
            + Arrays.toString(input.shape())
            + "; give the network [batch, channels, height, width] or [batch, features] as it was"
            + " made for");
  }

  /** Images of so many channels. */
  static void requireImages(Layer layer, INDArray input, long channels) {
    require(layer, input, ANY, channels, ANY, ANY);
  }

  static void requireFeatures(Layer layer, INDArray input, long count) {
    require(layer, input, ANY, count);
  }

  /** Images of so many channels, or so many features. */
  static void requireChannels(Layer layer, INDArray input, long channels) {
    if (input.rank() == 4) {
      requireImages(layer, input, channels);
    } else if (input.rank() == 2) {
      requireFeatures(layer, input, channels);
    } else {
      throw mismatch(
          layer,
          input,
          describe(new long[] {ANY, channels})
              + " or "
              + describe(new long[] {ANY, channels, ANY, ANY}));
    }
  }

  private static String describe(long[] expected) {
    return Arrays.stream(expected)
        .mapToObj(size -> size == ANY ? "any" : Long.toString(size))
        .collect(Collectors.joining(", ", "[", "]"));
  }
}
