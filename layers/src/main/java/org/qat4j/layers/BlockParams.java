package org.qat4j.layers;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.qat4j.pruning.WeightMask;
import org.qat4j.quantizers.ActivationScheme;

/**
 * Lays out the parameters of a quantizing layer: those of the layers inside it, in order, then its
 * own: learned weight steps and the range.
 */
final class BlockParams implements ParamInitializer {
  static final BlockParams INSTANCE = new BlockParams();

  private BlockParams() {}

  /** Whether a parameter is a running estimate or a mask, not trained by gradients. */
  static boolean isStatistic(String key) {
    return switch (key) {
      case BatchNormalizationParamInitializer.GLOBAL_MEAN,
          BatchNormalizationParamInitializer.GLOBAL_VAR,
          BatchNormalizationParamInitializer.GLOBAL_LOG_STD,
          WeightMask.KEY ->
          true;
      default -> ActivationScheme.isStatistic(key);
    };
  }

  static boolean isNorm(BatchNormalization norm, String key) {
    return norm.initializer().paramKeys(norm).contains(key);
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return parts(layer).stream().mapToLong(part -> part.initializer().numParams(part)).sum()
        + own(layer).values().stream().mapToLong(Integer::longValue).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    List<String> keys = new ArrayList<>();
    parts(layer).forEach(part -> keys.addAll(part.initializer().paramKeys(part)));
    keys.addAll(own(layer).keySet());
    return keys;
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return parts(layer).stream()
        .flatMap(part -> part.initializer().weightKeys(part).stream())
        .toList();
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return parts(layer).stream()
        .flatMap(part -> part.initializer().biasKeys(part).stream())
        .toList();
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return weightKeys(layer).contains(key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return biasKeys(layer).contains(key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray view, boolean initialize) {
    Map<String, INDArray> table =
        split(
            conf,
            view,
            (part, partView) -> part.getLayer().initializer().init(part, partView, initialize));
    if (initialize) {
      own(conf.getLayer()).keySet().forEach(key -> table.get(key).assign(0));
    }
    table.keySet().forEach(conf::addVariable);
    return table;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray view) {
    return split(
        conf,
        view,
        (part, partView) ->
            part.getLayer().initializer().getGradientsFromFlattened(part, partView));
  }

  private static Map<String, INDArray> split(
      NeuralNetConfiguration conf,
      INDArray view,
      BiFunction<NeuralNetConfiguration, INDArray, Map<String, INDArray>> views) {
    INDArray flat = view.reshape(view.length());
    Map<String, INDArray> table = new LinkedHashMap<>();
    long start = 0;
    for (Layer part : parts(conf.getLayer())) {
      NeuralNetConfiguration partConf = conf.clone();
      partConf.setLayer(part);
      long end = start + part.initializer().numParams(part);
      table.putAll(views.apply(partConf, flat.get(NDArrayIndex.interval(start, end))));
      start = end;
    }
    for (Map.Entry<String, Integer> own : own(conf.getLayer()).entrySet()) {
      long end = start + own.getValue();
      table.put(own.getKey(), flat.get(NDArrayIndex.interval(start, end)));
      start = end;
    }
    return table;
  }

  private static Map<String, Integer> own(Layer layer) {
    return ((QuantizingConf) layer).ownParams();
  }

  private static List<Layer> parts(Layer layer) {
    return ((QuantizingConf) layer).parts();
  }
}
