package org.qat4j.jobs.network;

import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.distillation.Distillation;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.LayerSummary;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.filters.FilterPruning;

/** Layers that may branch and join. */
record GraphNetwork(ComputationGraph model) implements Network {
  @Override
  public void fit(DataSet batch) {
    model.fit(batch);
  }

  @Override
  public INDArray output(INDArray features) {
    return model.outputSingle(features);
  }

  @Override
  public Map<String, INDArray> activations(INDArray features) {
    return model.feedForward(features, false);
  }

  @Override
  public Layer layer(String name) {
    return model.getLayer(name);
  }

  @Override
  public void setLearningRate(ISchedule rate) {
    model.setLearningRate(rate);
  }

  @Override
  public Network prepare(QatConfig config) {
    return new GraphNetwork(Qat.prepare(model, config));
  }

  @Override
  public Network removeFilters(FilterPruning pruning) {
    return new GraphNetwork(Qat.removeFilters(model, pruning));
  }

  @Override
  public Network restore(Network original) {
    return new GraphNetwork(Qat.restore(model, (ComputationGraph) original.model()));
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
