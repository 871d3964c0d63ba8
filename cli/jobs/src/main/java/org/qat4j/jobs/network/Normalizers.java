package org.qat4j.jobs.network;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.ImagePreProcessingScaler;
import org.nd4j.linalg.dataset.api.preprocessor.Normalizer;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerMinMaxScaler;
import org.nd4j.linalg.dataset.api.preprocessor.NormalizerStandardize;
import org.nd4j.linalg.dataset.api.preprocessor.VGG16ImagePreProcessor;
import org.qat4j.cli.data.InputScaling;
import org.qat4j.cli.error.UserException;

/** Deeplearning4j's normalizers as the scaling that they are. */
final class Normalizers {
  private Normalizers() {}

  /**
   * What a normalizer does with values as they are stored: bytes of pixels, numbers of features.
   *
   * @param where it comes from, for messages
   * @throws UserException if it is not understood
   */
  static InputScaling scaling(DataNormalization normalizer, String where) {
    if (normalizer instanceof ImagePreProcessingScaler image) {
      double range = image.getMaxRange() - image.getMinRange();
      return new InputScaling(
          range / image.getMaxPixelVal(), List.of(-image.getMinRange()), List.of(1.0));
    }
    if (normalizer instanceof VGG16ImagePreProcessor) {
      return new InputScaling(1, numbers(VGG16ImagePreProcessor.VGG_MEAN_OFFSET_BGR), List.of(1.0));
    }
    if (normalizer instanceof NormalizerStandardize standard) {
      requireFeaturesOnly(standard.isFitLabel(), normalizer, where);
      return scaling(1, numbers(standard.getMean()), numbers(standard.getStd()), normalizer, where);
    }
    if (normalizer instanceof NormalizerMinMaxScaler minMax) {
      requireFeaturesOnly(minMax.isFitLabel(), normalizer, where);
      return minMax(minMax, where);
    }
    throw unknown(normalizer, where);
  }

  /**
   * A normalizer of networks with one input.
   *
   * @throws UserException if it is one of several inputs
   */
  static DataNormalization ofDataSets(Normalizer<?> normalizer, String where) {
    if (normalizer instanceof DataNormalization known) {
      return known;
    }
    throw unknown(normalizer, where);
  }

  private static UserException unknown(Normalizer<?> normalizer, String where) {
    return new UserException(
        where
            + ": has a "
            + normalizer.getClass().getSimpleName()
            + ", which is not understood; NormalizerStandardize, NormalizerMinMaxScaler,"
            + " ImagePreProcessingScaler and VGG16ImagePreProcessor are");
  }

  /** {@code (x - min) / (max - min) * (high - low) + low}. */
  private static InputScaling minMax(NormalizerMinMaxScaler minMax, String where) {
    double low = minMax.getTargetMin();
    double range = minMax.getTargetMax() - low;
    double[] least = minMax.getMin().dup('c').data().asDouble();
    double[] most = minMax.getMax().dup('c').data().asDouble();
    List<Double> std =
        IntStream.range(0, least.length).mapToObj(i -> (most[i] - least[i]) / range).toList();
    List<Double> mean =
        IntStream.range(0, least.length).mapToObj(i -> least[i] - low * std.get(i)).toList();
    return scaling(1, mean, std, minMax, where);
  }

  private static InputScaling scaling(
      double white,
      List<Double> mean,
      List<Double> std,
      DataNormalization normalizer,
      String where) {
    try {
      return new InputScaling(white, mean, std);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          where
              + ": its "
              + normalizer.getClass().getSimpleName()
              + " divides by 0 or holds no numbers: "
              + e.getMessage(),
          e);
    }
  }

  private static void requireFeaturesOnly(
      boolean labels, DataNormalization normalizer, String where) {
    if (labels) {
      throw new UserException(
          where
              + ": its "
              + normalizer.getClass().getSimpleName()
              + " also scales labels, which are classes here; fit it with fitLabel(false)");
    }
  }

  private static List<Double> numbers(INDArray values) {
    return Arrays.stream(values.dup('c').data().asDouble()).boxed().toList();
  }

  /** Whether images come in blue, green, red. */
  static boolean isBgr(DataNormalization normalizer) {
    return normalizer instanceof VGG16ImagePreProcessor;
  }
}
