package org.qat4j.layers.recurrent;

import java.util.Random;
import java.util.function.Consumer;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;

/** Small word models. */
@SuppressWarnings("deprecation") // Networks have GravesLSTM.
final class RecurrentNetworks {
  static final int WORDS = 11;
  static final int BATCH = 3;
  static final int TIME = 5;

  private RecurrentNetworks() {}

  static LSTM.Builder lstm(int in, int out) {
    return new LSTM.Builder().nIn(in).nOut(out).activation(Activation.TANH);
  }

  static GravesLSTM.Builder graves(int in, int out) {
    return new GravesLSTM.Builder().nIn(in).nOut(out).activation(Activation.TANH);
  }

  static SimpleRnn.Builder simple(int in, int out) {
    return new SimpleRnn.Builder().nIn(in).nOut(out).activation(Activation.TANH);
  }

  static Layer embedding(int out) {
    return new EmbeddingSequenceLayer.Builder().nIn(WORDS).nOut(out).inferInputLength(true).build();
  }

  static RnnOutputLayer.Builder output(int in) {
    return new RnnOutputLayer.Builder().nIn(in).nOut(WORDS).activation(Activation.SOFTMAX);
  }

  /** Settings for all layers, then layers. */
  static MultiLayerNetwork network(
      DataType type, Consumer<NeuralNetConfiguration.Builder> settings, Layer... layers) {
    return network(type, settings, list -> {}, layers);
  }

  static MultiLayerNetwork network(
      DataType type,
      Consumer<NeuralNetConfiguration.Builder> settings,
      Consumer<NeuralNetConfiguration.ListBuilder> more,
      Layer... layers) {
    NeuralNetConfiguration.Builder builder =
        new NeuralNetConfiguration.Builder().seed(7).dataType(type).updater(new Adam(0.01));
    settings.accept(builder);
    NeuralNetConfiguration.ListBuilder list = builder.list();
    for (Layer layer : layers) {
      list.layer(layer);
    }
    list.setInputType(InputType.recurrent(WORDS));
    more.accept(list);
    MultiLayerConfiguration configuration = list.build();
    MultiLayerNetwork network = new MultiLayerNetwork(configuration);
    network.init();
    Random random = new Random(3);
    for (long i = 0; i < network.params().length(); i++) {
      network.params().putScalar(i, random.nextGaussian() * 0.4);
    }
    return network;
  }

  /** Words and the words behind them. */
  static DataSet words(DataType type, int batch, int time) {
    return words(new Random(5), type, batch, time);
  }

  static DataSet words(Random random, DataType type, int batch, int time) {
    INDArray words = Nd4j.create(type, batch, 1, time);
    INDArray labels = Nd4j.zeros(type, batch, WORDS, time);
    for (int n = 0; n < batch; n++) {
      for (int t = 0; t < time; t++) {
        words.putScalar(new long[] {n, 0, t}, random.nextInt(WORDS));
        labels.putScalar(new long[] {n, random.nextInt(WORDS), t}, 1);
      }
    }
    return new DataSet(words, labels);
  }

  /** Sequences of real numbers and classes. */
  static DataSet reals(DataType type, int features, int batch, int time) {
    DataSet data = words(type, batch, time);
    Random random = new Random(8);
    INDArray values = Nd4j.create(type, batch, features, time);
    for (long i = 0; i < values.length(); i++) {
      values.putScalar(i, random.nextGaussian());
    }
    return new DataSet(values, data.getLabels());
  }

  /** Which steps count: sequences of several lengths. */
  static INDArray mask(DataType type, int batch, int time) {
    INDArray mask = Nd4j.ones(type, batch, time);
    for (int n = 0; n < batch; n++) {
      for (int t = time - n; t < time; t++) {
        mask.putScalar(n, t, 0);
      }
    }
    return mask;
  }
}
