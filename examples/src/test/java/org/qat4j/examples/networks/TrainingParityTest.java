package org.qat4j.examples.networks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.lossfunctions.LossFunctions.LossFunction;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.layers.Schedule;
import org.qat4j.scheme.QuantParams;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/**
 * What training simulates is what is deployed: the forward pass in training mode, with statistics
 * and ranges frozen, against the model's codes, layer by layer. Each layer gets the deployed codes
 * of its inputs, so that no difference is due to one before it.
 *
 * <p>Training's float32 sums are rounded where the integer runtime's are exact, so that a value
 * next to a tie may become the neighbouring code (docs/numerics.md).
 */
class TrainingParityTest {
  private static final int BATCH = 16;
  private static final int CLASSES = 10;
  private static final int STEPS = 12;
  private static final int IMAGES = 64;

  /** Of all codes; measured are 0.2 to 3 in a million. */
  private static final double MOST = 1e-5;

  static Stream<Arguments> networks() {
    Adam adam = new Adam(1e-3);
    return Stream.of(
        Arguments.of(
            "LeNet", LeNet.create(1, adam, 0, CLASSES).toComputationGraph(), 1, LeNet.SIZE),
        Arguments.of("ResNet-20", ResNet20.create(1, adam, 0, CLASSES), 3, ResNet20.SIZE),
        Arguments.of(
            "MobileNet",
            MobileNet.create(1, adam, 0, 8, CLASSES).toComputationGraph(),
            3,
            ResNet20.SIZE),
        Arguments.of("lone batch norm", loneBatchNorm(adam), 3, ResNet20.SIZE));
  }

  /** A pooling stands between the convolution and the batch norm, which becomes a layer. */
  private static ComputationGraph loneBatchNorm(IUpdater updater) {
    ComputationGraph network =
        new ComputationGraph(
            new NeuralNetConfiguration.Builder()
                .seed(1)
                .updater(updater)
                .weightInit(WeightInit.RELU)
                .graphBuilder()
                .addInputs("image")
                .addLayer("conv", new ConvolutionLayer.Builder(3, 3).nOut(16).build(), "image")
                .addLayer("pool", new SubsamplingLayer.Builder().build(), "conv")
                .addLayer("norm", new BatchNormalization(), "pool")
                .addLayer(
                    "out",
                    new OutputLayer.Builder(LossFunction.MCXENT)
                        .nOut(CLASSES)
                        .activation(Activation.SOFTMAX)
                        .build(),
                    "norm")
                .setOutputs("out")
                .setInputTypes(InputType.convolutional(ResNet20.SIZE, ResNet20.SIZE, 3))
                .build());
    network.init();
    return network;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void trainingForward_withAllFrozen_givesTheDeployedCodesButForFewNextToATie(
      String name, ComputationGraph original, int channels, int size) {
    Schedule frozen = new Schedule(0, STEPS / 2, STEPS / 2);
    ComputationGraph network = Qat.prepare(original, QatConfig.builder().schedule(frozen).build());
    for (int step = 0; step < STEPS; step++) {
      network.fit(batch(step, channels, size));
    }
    QuantizedModel model = Qat.convert(network);
    INDArray images = images(11, IMAGES, channels, size);
    Map<String, INDArray> deployed = deployed(model, images, network);
    long compared = 0;
    long differing = 0;
    for (GraphVertex vertex : network.getVertices()) {
      if (vertex.hasLayer() && deployed.containsKey(vertex.getVertexName())) {
        QuantParams params = model.graph().tensor(vertex.getVertexName()).params();
        int[] expected = codes(deployed.get(vertex.getVertexName()), params);
        int[] actual = codes(forward(network, vertex, deployed), params);
        for (int i = 0; i < expected.length; i++) {
          int difference = Math.abs(actual[i] - expected[i]);
          assertTrue(difference <= 1, () -> vertex.getVertexName() + " differs by " + difference);
          differing += difference;
        }
        compared += expected.length;
      }
    }
    assertTrue(compared > 1_000_000, "compared " + compared);
    assertTrue(differing <= MOST * compared, differing + " of " + compared + " codes differ");
  }

  /** What a layer puts out in training mode for inputs that have the deployed codes. */
  private static INDArray forward(
      ComputationGraph network, GraphVertex vertex, Map<String, INDArray> deployed) {
    List<String> inputs = network.getConfiguration().getVertexInputs().get(vertex.getVertexName());
    for (int i = 0; i < inputs.size(); i++) {
      vertex.setInput(i, deployed.get(inputs.get(i)).dup(), LayerWorkspaceMgr.noWorkspaces());
    }
    return vertex.doForward(true, LayerWorkspaceMgr.noWorkspaces());
  }

  /** What each layer's codes stand for. */
  private static Map<String, INDArray> deployed(
      QuantizedModel model, INDArray images, ComputationGraph network) {
    Map<String, INDArray> shapes = network.feedForward(images, false);
    Map<String, INDArray> reals = new LinkedHashMap<>();
    reals.put(network.getConfiguration().getNetworkInputs().get(0), images);
    try (InferenceSession session = InferenceSession.open(model)) {
      Map<String, int[]> traced = session.trace(floats(images), IMAGES);
      for (Tensor tensor : model.graph().tensors()) {
        if (tensor.isCodes() && shapes.containsKey(tensor.name())) {
          float[] values = reals(traced.get(tensor.name()), tensor.params());
          long[] shape = shapes.get(tensor.name()).shape();
          reals.put(tensor.name(), Nd4j.createFromArray(values).reshape('c', shape));
        }
      }
    }
    return reals;
  }

  private static float[] reals(int[] codes, QuantParams params) {
    float[] reals = new float[codes.length];
    for (int i = 0; i < reals.length; i++) {
      reals[i] = params.dequantize(codes[i]);
    }
    return reals;
  }

  /** The codes of numbers that lie on their grid. */
  private static int[] codes(INDArray activations, QuantParams params) {
    float[] reals = floats(activations);
    int[] codes = new int[reals.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = params.quantize(reals[i]);
      assertEquals(params.dequantize(codes[i]), reals[i], 0f, "on the grid");
    }
    return codes;
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  private static INDArray images(long seed, int count, int channels, int size) {
    Nd4j.getRandom().setSeed(seed);
    return Nd4j.rand(DataType.FLOAT, count, channels, size, size);
  }

  private static DataSet batch(int seed, int channels, int size) {
    INDArray labels = Nd4j.zeros(DataType.FLOAT, BATCH, CLASSES);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, (seed + i) % CLASSES, 1);
    }
    return new DataSet(images(100 + seed, BATCH, channels, size), labels);
  }
}
