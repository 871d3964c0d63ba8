package org.qat4j.jobs.network;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.FineTuneConfiguration;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.dataset.api.iterator.DataSetIterator;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;
import org.nd4j.linalg.schedule.ISchedule;
import org.qat4j.distillation.Distillation;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.pruning.FilterPruning;
import org.qat4j.training.LayerSummary;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;
import org.qat4j.training.calibration.ActivationStatistics;
import org.qat4j.training.dynamic.DynamicConfig;
import org.qat4j.training.network.NetworkView;
import org.qat4j.training.network.Stage;

/**
 * A Deeplearning4j network with one input and one output, float or prepared, of either kind.
 * Training changes it in place.
 */
public final class Network {
  private final NetworkView<?> view;

  private Network(NetworkView<?> view) {
    this.view = view;
  }

  /**
   * A network of either kind.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Network of(Model model) {
    return new Network(NetworkView.of(model));
  }

  /** The Deeplearning4j network. */
  public Model model() {
    return view.network();
  }

  /** Its layers in execution order. */
  List<Stage> stages() {
    return view.stages();
  }

  /** One training step. */
  public void fit(DataSet batch) {
    view.fit(batch);
  }

  /**
   * Inference.
   *
   * @param features float32 [batch, channels, height, width] or [batch, features]
   * @return float32 [batch, classes]
   */
  public INDArray output(INDArray features) {
    return view.output(features);
  }

  /** Inference that keeps what each layer puts out, by its name. */
  public Map<String, INDArray> activations(INDArray features) {
    return view.activations(features);
  }

  /** The running layer of that name. */
  public Layer layer(String name) {
    return view.layers().get(name);
  }

  /** Replaces the learning rate of all layers. */
  public void setLearningRate(ISchedule rate) {
    view.setLearningRate(rate);
  }

  /** As {@link Qat#prepare}. */
  public Network prepare(QatConfig config) {
    return new Network(Qat.prepare(view, config));
  }

  /** As {@link Qat#removeFilters}. */
  public Network removeFilters(FilterPruning pruning) {
    return new Network(Qat.removeFilters(view, pruning));
  }

  /** As {@link Qat#observe}. */
  public ActivationStatistics observe(DataSetIterator data) {
    return Qat.observe(view, data);
  }

  /** As {@link Qat#calibrate}. */
  public Network calibrate(ActivationStatistics seen, QatConfig config) {
    return new Network(Qat.calibrate(view, seen, config));
  }

  /** As {@link Qat#quantizeDynamic}. */
  public QuantizedModel quantizeDynamic(DynamicConfig config) {
    return Qat.quantizeDynamic(view, config);
  }

  /**
   * The same float network on qat4j's layers, which compute what Deeplearning4j's do, but for
   * rounding, and faster.
   */
  public Network onFastLayers() {
    return prepare(QatConfig.floatingPoint());
  }

  /**
   * As {@link Qat#restore}; this is the prepared one.
   *
   * @param original of the same kind
   */
  public Network restore(Network original) {
    return new Network(Qat.restore(view, original.view));
  }

  /**
   * A copy that shares nothing.
   *
   * @param training in the place of its own; empty to keep that and its state
   */
  Network copy(Optional<Blueprint.Training> training) {
    if (training.isEmpty()) {
      return new Network(view.copy());
    }
    FineTuneConfiguration other =
        new FineTuneConfiguration.Builder()
            .updater(training.get().updater())
            .l2(training.get().weightDecay())
            .build();
    return model() instanceof MultiLayerNetwork layers
        ? of(new TransferLearning.Builder(layers).fineTuneConfiguration(other).build())
        : of(
            new TransferLearning.GraphBuilder((ComputationGraph) model())
                .fineTuneConfiguration(other)
                .build());
  }

  /** Distillation with this float network as the teacher. */
  public Distillation distillation(double temperature, double weight) {
    return model() instanceof MultiLayerNetwork layers
        ? Distillation.of(layers, temperature, weight)
        : Distillation.of((ComputationGraph) model(), temperature, weight);
  }

  /** Gives this prepared network the loss of a distillation. */
  public void teach(Distillation distillation) {
    if (model() instanceof MultiLayerNetwork layers) {
      distillation.teach(layers);
    } else {
      distillation.teach((ComputationGraph) model());
    }
  }

  /** As {@link Qat#convert}. */
  public QuantizedModel convert() {
    return Qat.convert(view);
  }

  /** As {@link Qat#summarize}. */
  public List<LayerSummary> summarize() {
    return Qat.summarize(view);
  }

  /** Loss of the last training step. */
  public double loss() {
    return model().score();
  }

  /** Number of parameters, running statistics included. */
  public long parameters() {
    return model().numParams();
  }

  /** Writes configuration, parameters and updater state as a zip file. */
  public void write(OutputStream out) throws IOException {
    ModelSerializer.writeModel(model(), out, true);
  }

  /** As {@link #write(OutputStream)}, with what normalizes its inputs. */
  public void write(OutputStream out, Optional<DataNormalization> normalizer) throws IOException {
    if (normalizer.isEmpty()) {
      write(out);
      return;
    }
    // Not ModelSerializer's own way: with a normalizer it flushes a stream that it has closed.
    ByteArrayOutputStream bare = new ByteArrayOutputStream();
    write(bare);
    ByteArrayOutputStream entry = new ByteArrayOutputStream();
    NormalizerSerializer.getDefault().write(normalizer.get(), entry);
    ZipOutputStream zip = new ZipOutputStream(out);
    try (ZipInputStream from = new ZipInputStream(new ByteArrayInputStream(bare.toByteArray()))) {
      for (ZipEntry next = from.getNextEntry(); next != null; next = from.getNextEntry()) {
        zip.putNextEntry(new ZipEntry(next.getName()));
        from.transferTo(zip);
      }
    }
    zip.putNextEntry(new ZipEntry(ModelSerializer.NORMALIZER_BIN));
    entry.writeTo(zip);
    zip.finish();
  }
}
