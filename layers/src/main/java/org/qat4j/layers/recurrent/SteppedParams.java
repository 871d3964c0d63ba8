package org.qat4j.layers.recurrent;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.qat4j.quantizers.WeightQuantizer;
import org.qat4j.quantizers.WeightScheme;

/**
 * Lays out the parameters of a layer: those that Deeplearning4j gives it, then the learned steps of
 * each of its weight matrices, if its scheme learns them.
 */
final class SteppedParams implements ParamInitializer {
  private final ParamInitializer own;

  SteppedParams(ParamInitializer own) {
    this.own = own;
  }

  /** Name of the learned steps of a weight matrix among a layer's parameters. */
  static String stepOf(String weight) {
    return WeightQuantizer.STEP + weight;
  }

  /** Names and lengths of the steps, in order. */
  private Map<String, Integer> steps(Layer layer) {
    WeightScheme scheme = ((WeightQuantizing) layer).getQuantization().weights();
    Map<String, Integer> steps = new LinkedHashMap<>();
    if (scheme.learns()) {
      long columns = RoundedWeights.gates(layer) * ((FeedForwardLayer) layer).getNOut();
      for (String weight : own.weightKeys(layer)) {
        steps.put(stepOf(weight), WeightQuantizer.learned(scheme, columns));
      }
    }
    return steps;
  }

  @Override
  public long numParams(NeuralNetConfiguration conf) {
    return numParams(conf.getLayer());
  }

  @Override
  public long numParams(Layer layer) {
    return own.numParams(layer) + steps(layer).values().stream().mapToLong(each -> each).sum();
  }

  @Override
  public List<String> paramKeys(Layer layer) {
    List<String> keys = new ArrayList<>(own.paramKeys(layer));
    keys.addAll(steps(layer).keySet());
    return keys;
  }

  @Override
  public List<String> weightKeys(Layer layer) {
    return own.weightKeys(layer);
  }

  @Override
  public List<String> biasKeys(Layer layer) {
    return own.biasKeys(layer);
  }

  @Override
  public boolean isWeightParam(Layer layer, String key) {
    return own.isWeightParam(layer, key);
  }

  @Override
  public boolean isBiasParam(Layer layer, String key) {
    return own.isBiasParam(layer, key);
  }

  @Override
  public Map<String, INDArray> init(
      NeuralNetConfiguration conf, INDArray view, boolean initialize) {
    Map<String, INDArray> table = own.init(conf, owned(conf, view), initialize);
    Map<String, INDArray> steps = stepViews(conf, view);
    steps.keySet().forEach(conf::addVariable);
    if (initialize) {
      steps.values().forEach(step -> step.assign(0));
    }
    table.putAll(steps);
    return table;
  }

  @Override
  public Map<String, INDArray> getGradientsFromFlattened(
      NeuralNetConfiguration conf, INDArray view) {
    Map<String, INDArray> table =
        new LinkedHashMap<>(own.getGradientsFromFlattened(conf, owned(conf, view)));
    table.putAll(stepViews(conf, view));
    return table;
  }

  private INDArray owned(NeuralNetConfiguration conf, INDArray view) {
    return part(view, 0, own.numParams(conf));
  }

  private Map<String, INDArray> stepViews(NeuralNetConfiguration conf, INDArray view) {
    Map<String, INDArray> views = new LinkedHashMap<>();
    long start = own.numParams(conf);
    for (Map.Entry<String, Integer> step : steps(conf.getLayer()).entrySet()) {
      views.put(step.getKey(), part(view, start, start + step.getValue()));
      start += step.getValue();
    }
    return views;
  }

  private static INDArray part(INDArray view, long start, long end) {
    INDArray flat = view.reshape(view.length());
    return start == 0 && end == flat.length() ? flat : flat.get(NDArrayIndex.interval(start, end));
  }
}
