package org.qat4j.training.dynamic;

import java.util.LinkedHashMap;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.deeplearning4j.nn.conf.graph.rnn.LastTimeStepVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.conf.layers.DropoutLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingLayer;
import org.deeplearning4j.nn.conf.layers.EmbeddingSequenceLayer;
import org.deeplearning4j.nn.conf.layers.GravesLSTM;
import org.deeplearning4j.nn.conf.layers.LSTM;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.RnnLossLayer;
import org.deeplearning4j.nn.conf.layers.RnnOutputLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional;
import org.deeplearning4j.nn.conf.layers.recurrent.Bidirectional.Mode;
import org.deeplearning4j.nn.conf.layers.recurrent.LastTimeStep;
import org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.weights.WeightInit;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;

/** Small networks with every kind of layer that can be quantized dynamically. */
final class RecurrentNetworks {
  static final int WORDS = 30;
  static final int FEATURES = 5;
  static final int UNITS = 6;
  static final int CLASSES = 4;

  private static final Map<String, Layer[]> LAYERS = new LinkedHashMap<>();

  static {
    add("lstm", lstm(), lstm(), rnnOutput());
    add("graves", graves(), graves(), rnnOutput());
    for (Activation activation :
        new Activation[] {
          Activation.TANH, Activation.SIGMOID, Activation.RELU, Activation.IDENTITY
        }) {
      add("simple " + activation, simple(activation), simple(activation), rnnOutput());
    }
    for (Mode mode : Mode.values()) {
      if (mode != Mode.AVERAGE) {
        add("bidirectional lstm " + mode, new Bidirectional(mode, lstm()), rnnOutput());
      }
      add(
          "bidirectional last " + mode,
          new Bidirectional(mode, new LastTimeStep(lstm())),
          output());
    }
    add("bidirectional graves", new Bidirectional(graves()), lstm(), rnnOutput());
    add("bidirectional simple", new Bidirectional(simple(Activation.TANH)), rnnOutput());
    add("last step", lstm(), new LastTimeStep(lstm()), output());
    add("last of both", new LastTimeStep(new Bidirectional(lstm())), output());
    add("dense between", dense(Activation.RELU), lstm(), dense(Activation.TANH), rnnOutput());
    add(
        "functions",
        new DropoutLayer(0.5),
        lstm(),
        new ActivationLayer(Activation.LEAKYRELU),
        new ActivationLayer(Activation.RELU6),
        rnnOutput());
    add(
        "loss",
        lstm(),
        new RnnLossLayer.Builder(LossFunction.MSE).activation(Activation.SIGMOID).build());
    add("frozen", new FrozenLayer(lstm()), rnnOutput());
    add("dense only", dense(Activation.SIGMOID), output());
  }

  private RecurrentNetworks() {}

  private static void add(String name, Layer... layers) {
    LAYERS.put(name, layers);
  }

  /** Networks of features [batch, 5, time], or of [batch, 5] if they have no recurrent layer. */
  static Map<String, Layer[]> layers() {
    return LAYERS;
  }

  static LSTM lstm() {
    return new LSTM.Builder()
        .nOut(UNITS)
        .activation(Activation.TANH)
        .weightInit(
            WeightInit
                .XAVIER) // Deeplearning4j forgets to hand its default to what is wrapped twice.
        .build();
  }

  @SuppressWarnings("deprecation")
  static GravesLSTM graves() {
    return new GravesLSTM.Builder().nOut(UNITS).activation(Activation.TANH).build();
  }

  static SimpleRnn simple(Activation activation) {
    return new SimpleRnn.Builder().nOut(UNITS).activation(activation).build();
  }

  static DenseLayer dense(Activation activation) {
    return new DenseLayer.Builder().nOut(UNITS).activation(activation).build();
  }

  static RnnOutputLayer rnnOutput() {
    return new RnnOutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  static OutputLayer output() {
    return new OutputLayer.Builder(LossFunction.MCXENT)
        .nOut(CLASSES)
        .activation(Activation.SOFTMAX)
        .build();
  }

  static EmbeddingSequenceLayer embeddings() {
    return new EmbeddingSequenceLayer.Builder().nIn(WORDS).nOut(FEATURES).build();
  }

  /** A network of features, with random parameters of which none is 0. */
  static MultiLayerNetwork network(DataType type, RNNFormat format, Layer... layers) {
    boolean sequences = !(layers[0] instanceof DenseLayer) || layers.length > 2;
    InputType input =
        sequences ? InputType.recurrent(FEATURES, format) : InputType.feedForward(FEATURES);
    return network(type, input, layers);
  }

  static MultiLayerNetwork network(DataType type, InputType input, Layer... layers) {
    NeuralNetConfiguration.ListBuilder list =
        new NeuralNetConfiguration.Builder().dataType(type).list();
    for (Layer layer : layers) {
      list.layer(layer.clone());
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.setInputType(input).build());
    network.init();
    randomize(network.params());
    return network;
  }

  /** Words [batch, 1, time] to classes. */
  static MultiLayerNetwork ofWords(Layer embedding) {
    return network(DataType.FLOAT, InputType.recurrent(WORDS), embedding, lstm(), rnnOutput());
  }

  /** An embedding of single words for sequences of them. */
  static EmbeddingLayer embedding() {
    return new EmbeddingLayer.Builder()
        .nIn(WORDS)
        .nOut(FEATURES)
        .hasBias(true)
        .activation(Activation.TANH)
        .build();
  }

  /** Two branches that are joined in every way, and one more that is taken at its last step. */
  static ComputationGraph graph() {
    ComputationGraphConfiguration configuration =
        new NeuralNetConfiguration.Builder()
            .graphBuilder()
            .addInputs("in")
            .setInputTypes(InputType.recurrent(FEATURES))
            .addLayer("a", lstm(), "in")
            .addLayer("b", simple(Activation.TANH), "in")
            .addVertex("sum", new ElementWiseVertex(ElementWiseVertex.Op.Add), "a", "b")
            .addVertex("product", new ElementWiseVertex(ElementWiseVertex.Op.Product), "a", "b")
            .addVertex("all", new MergeVertex(), "sum", "product", "a")
            .addLayer("c", graves(), "all")
            .addVertex("last", new LastTimeStepVertex("in"), "c")
            .addLayer("out", output(), "last")
            .setOutputs("out")
            .build();
    ComputationGraph graph = new ComputationGraph(configuration);
    graph.init();
    randomize(graph.params());
    return graph;
  }

  private static void randomize(INDArray parameters) {
    Nd4j.getRandom().setSeed(7);
    parameters.assign(Nd4j.randn(parameters.dataType(), parameters.shape()).muli(0.4));
  }
}
