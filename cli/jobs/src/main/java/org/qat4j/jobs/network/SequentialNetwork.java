package org.qat4j.jobs.network;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.distillation.Distillation;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.LayerSummary;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.filters.FilterPruning;

/** A chain of layers. */
record SequentialNetwork(MultiLayerNetwork model) implements Network {
  @Override
  public void fit(DataSet batch) {
    model.fit(batch);
  }

  @Override
  public INDArray output(INDArray features) {
    return model.output(features);
  }

  @Override
  public Map<String, INDArray> activations(INDArray features) {
    List<INDArray> all = model.feedForward(features, false);
    Map<String, INDArray> byName = new HashMap<>();
    for (Layer layer : model.getLayers()) {
      // The first one is the input.
      byName.put(name(layer), all.get(layer.getIndex() + 1));
    }
    return byName;
  }

  @Override
  public Layer layer(String name) {
    return Arrays.stream(model.getLayers())
        .filter(layer -> name.equals(name(layer)))
        .findFirst()
        .orElseThrow();
  }

  private static String name(Layer layer) {
    return layer.conf().getLayer().getLayerName();
  }

  @Override
  public void setLearningRate(ISchedule rate) {
    model.setLearningRate(rate);
  }

  @Override
  public Network prepare(QatConfig config) {
    return new SequentialNetwork(Qat.prepare(model, config));
  }

  @Override
  public Network removeFilters(FilterPruning pruning) {
    return new SequentialNetwork(Qat.removeFilters(model, pruning));
  }

  @Override
  public Network restore(Network original) {
    return new SequentialNetwork(Qat.restore(model, (MultiLayerNetwork) original.model()));
  }

  @Override
  public Distillation distillation(double temperature, double weight) {
    return Distillation.of(model, temperature, weight);
  }

  @Override
  public void teach(Distillation distillation) {
    distillation.teach(model);
  }

  @Override
  public QuantizedModel convert() {
    return Qat.convert(model);
  }

  @Override
  public List<LayerSummary> summarize() {
    return Qat.summarize(model);
  }
}
