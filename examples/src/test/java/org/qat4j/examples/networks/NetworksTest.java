package org.qat4j.examples.networks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.LayerSummary;
import org.qat4j.training.Qat;
import org.qat4j.training.QatConfig;

/** Each example network: prepared, fitted a little, deployed, saved and read back. */
class NetworksTest {
  private static final int CLASSES = 4;
  private static final int BATCH = 8;

  @TempDir private Path folder;

  /** A deployed network beside its own inference on some images, by layer name. */
  private record Deployed(
      QuantizedModel model, List<LayerSummary> layers, Map<String, INDArray> activations) {

    static Deployed of(MultiLayerNetwork original, int channels, int size, int steps) {
      MultiLayerNetwork network = Qat.prepare(original, QatConfig.int8());
      for (int i = 0; i < steps; i++) {
        network.fit(data(i, channels, size));
      }
      List<INDArray> outputs = network.feedForward(data(99, channels, size).getFeatures(), false);
      List<LayerSummary> layers = Qat.summarize(network);
      Map<String, INDArray> activations = new HashMap<>();
      for (int i = 0; i < layers.size(); i++) {
        activations.put(layers.get(i).name(), outputs.get(i + 1));
      }
      return new Deployed(Qat.convert(network), layers, activations);
    }

    static Deployed of(ComputationGraph original, int channels, int size, int steps) {
      ComputationGraph network = Qat.prepare(original, QatConfig.int8());
      for (int i = 0; i < steps; i++) {
        network.fit(data(i, channels, size));
      }
      return new Deployed(
          Qat.convert(network),
          Qat.summarize(network),
          network.feedForward(data(99, channels, size).getFeatures(), false));
    }

    INDArray output() {
      return activations.get(layers.get(layers.size() - 1).name());
    }
  }

  /** Noise on which one quarter of the image, the class, is brighter. */
  private static DataSet data(long seed, int channels, int size) {
    Random random = new Random(seed);
    float[] pixels = new float[BATCH * channels * size * size];
    INDArray labels = Nd4j.zeros(BATCH, CLASSES);
    for (int i = 0; i < pixels.length; i++) {
      int x = i % size;
      int y = i / size % size;
      int label = i / (channels * size * size) % CLASSES;
      boolean bright = 2 * (2 * y / size) + 2 * x / size == label;
      pixels[i] = (float) random.nextGaussian() * 0.3f + (bright ? 0.8f : 0);
    }
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, i % CLASSES, 1);
    }
    return new DataSet(Nd4j.createFromArray(pixels).reshape(BATCH, channels, size, size), labels);
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  private Path requireSameCodes(Deployed deployed, int channels, int size) throws Exception {
    float[] images = floats(data(99, channels, size).getFeatures());
    Path file = folder.resolve("model.onnx");
    deployed.model().save(file);
    QuantizedModel loaded = QuantizedModel.load(file);
    try (InferenceSession session = InferenceSession.open(deployed.model());
        InferenceSession reloaded = InferenceSession.open(loaded)) {
      Map<String, int[]> codes = session.trace(images, BATCH);
      for (LayerSummary layer : deployed.layers()) {
        if (!layer.scale().equals(LayerSummary.REAL)) {
          Tensor tensor = deployed.model().graph().tensor(layer.name());
          float[] own = floats(deployed.activations().get(layer.name()));
          assertArrayEquals(reals(codes.get(layer.name()), tensor), own, layer.name());
        }
      }
      float[] result = session.run(images, BATCH);
      assertArrayEquals(floats(deployed.output()), result, 1e-6f);
      assertArrayEquals(result, reloaded.run(images, BATCH));
    }
    return file;
  }

  private static float[] onnxRuntime(Path file, float[] images) throws OrtException {
    long[] shape = {BATCH, 3, MobileNet.SIZE, MobileNet.SIZE};
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(images), shape);
        OrtSession.Result result =
            session.run(Map.of(session.getInputNames().iterator().next(), input))) {
      return ((OnnxTensor) result.get(0)).getFloatBuffer().array();
    }
  }

  private static float[] reals(int[] codes, Tensor tensor) {
    float[] reals = new float[codes.length];
    for (int i = 0; i < codes.length; i++) {
      reals[i] = tensor.params().dequantize(codes[i]);
    }
    return reals;
  }

  @Test
  void leNet_fitted_everyLayerDeploysToItsOwnCodes() throws Exception {
    Deployed deployed = Deployed.of(LeNet.create(1, new Adam(5e-3), 0, CLASSES), 1, LeNet.SIZE, 4);
    requireSameCodes(deployed, 1, LeNet.SIZE);
  }

  @Test
  void vgg_fitted_everyLayerDeploysToItsOwnCodes() throws Exception {
    Deployed deployed =
        Deployed.of(Vgg.create(2, new Adam(5e-3), 1e-4, 8, 64, CLASSES), 3, Vgg.SIZE, 4);
    requireSameCodes(deployed, 3, Vgg.SIZE);
  }

  @Test
  void resNet20_fitted_everyLayerDeploysToItsOwnCodes() throws Exception {
    Deployed deployed =
        Deployed.of(ResNet20.create(3, new Adam(5e-3), 1e-4, CLASSES), 3, ResNet20.SIZE, 4);
    requireSameCodes(deployed, 3, ResNet20.SIZE);
  }

  @Test
  void mobileNet_fitted_everyLayerDeploysToItsOwnCodesAndOnnxRuntimeAgrees() throws Exception {
    Deployed deployed =
        Deployed.of(MobileNet.create(4, new Adam(5e-3), 1e-4, 8, CLASSES), 3, MobileNet.SIZE, 40);
    Path file = requireSameCodes(deployed, 3, MobileNet.SIZE);
    assertEquals(0, deployed.model().graph().islands().size(), "float islands");
    float[] images = floats(data(99, 3, MobileNet.SIZE).getFeatures());
    // Their roundings differ by a code here and there, which later layers carry on.
    assertArrayEquals(floats(deployed.output()), onnxRuntime(file, images), 0.02f);
  }

  @Test
  void mobileNet_prepared_fusesEveryNormAndActivation() {
    MultiLayerNetwork network = MobileNet.create(4, new Adam(5e-3), 1e-4, 8, CLASSES);
    List<LayerSummary> layers = Qat.summarize(Qat.prepare(network, QatConfig.int8()));
    assertEquals(
        15,
        layers.stream()
            .filter(layer -> layer.fused().equals(List.of("BatchNormalization", "relu6")))
            .count());
    assertTrue(layers.stream().noneMatch(layer -> layer.kind().equals("BatchNormalization")));
  }
}
