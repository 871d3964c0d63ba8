package org.qat4j.benchmarks;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Training steps of a word model in Deeplearning4j, on one-hot labels as it wants them. */
final class WordTrainingDl4j implements Engine {
  /** What trains the network. */
  enum Layers {
    /** Deeplearning4j's own layers in float32. */
    STOCK,
    /** This project's in float32. */
    FLOAT,
    /** This project's, with weights rounded to 8 bits. */
    QAT
  }

  private final MultiLayerNetwork network;
  private final INDArray read;
  private final INDArray predicted;
  private double firstLoss = Double.NaN;

  private WordTrainingDl4j(WordTraining task, Layers layers) {
    MultiLayerNetwork stock = network(task);
    network =
        switch (layers) {
          case STOCK -> stock;
          case FLOAT -> Qat.prepare(stock, QatConfig.floatingPoint());
          case QAT -> Qat.prepare(stock, QatConfig.builder().weightBits(8).build());
        };
    read = Nd4j.create(DataType.FLOAT, WordTraining.BATCH, 1, WordTraining.STEPS);
    predicted = Nd4j.zeros(DataType.FLOAT, WordTraining.BATCH, task.words(), WordTraining.STEPS);
    long[] words = task.words(false);
    long[] followers = task.words(true);
    for (int i = 0; i < words.length; i++) {
      int text = i % WordTraining.BATCH;
      int step = i / WordTraining.BATCH;
      read.putScalar(text, 0, step, (double) words[i]);
      predicted.putScalar(text, followers[i], step, 1);
    }
  }

  /** Arguments: those of the task, and the layers. */
  public static void main(String[] args) throws Exception {
    EngineServer.serve(() -> new WordTrainingDl4j(WordTraining.of(args), Layers.valueOf(args[4])));
  }

  private static MultiLayerNetwork network(WordTraining task) {
    NeuralNetConfiguration.ListBuilder layers =
        new NeuralNetConfiguration.Builder()
            .seed(1)
            .updater(new Adam(WordTraining.LEARNING_RATE))
            .list()
            .layer(
                new EmbeddingSequenceLayer.Builder()
                    .nIn(task.words())
                    .nOut(task.embedding())
                    .build());
    for (int i = 0; i < task.layers(); i++) {
      layers.layer(
          new LSTM.Builder()
              .nIn(i == 0 ? task.embedding() : task.hidden())
              .nOut(task.hidden())
              .activation(Activation.TANH)
              .dropOut(0.5)
              .build());
    }
    layers.layer(
        new RnnOutputLayer.Builder()
            .nIn(task.hidden())
            .nOut(task.words())
            .activation(Activation.SOFTMAX)
            .dropOut(0.5)
            .build());
    layers.setInputType(InputType.recurrent(task.words()));
    MultiLayerNetwork network = new MultiLayerNetwork(layers.build());
    network.init();
    return network;
  }

  @Override
  public void run() {
    network.fit(read, predicted);
    if (Double.isNaN(firstLoss)) {
      firstLoss = network.score() / WordTraining.STEPS;
    }
  }

  @Override
  public float[] results() {
    if (Double.isNaN(firstLoss)) {
      run();
    }
    return new float[] {(float) firstLoss};
  }

  @Override
  public void close() {}
}
