package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.deeplearning4j.earlystopping.EarlyStoppingModelSaver;
import org.deeplearning4j.earlystopping.saver.InMemoryModelSaver;
import org.deeplearning4j.earlystopping.saver.LocalFileGraphSaver;
import org.deeplearning4j.earlystopping.saver.LocalFileModelSaver;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.transferlearning.TransferLearningHelper;
import org.deeplearning4j.parallelism.ParallelInference;
import org.deeplearning4j.parallelism.inference.InferenceMode;
import org.deeplearning4j.parallelism.inference.LoadBalanceMode;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/** Whatever copy Deeplearning4j makes of a prepared network infers, trains and converts as it. */
class CopiesTest {
  private static final INDArray IMAGES = TestNetworks.data(70, 8, DataType.FLOAT).getFeatures();
  private static final DataSet NEXT = TestNetworks.data(71, 16, DataType.FLOAT);

  @TempDir private static Path folder;
  private static MultiLayerNetwork network;
  private static ComputationGraph graph;

  @FunctionalInterface
  private interface Copy<M extends Model> {
    M of(M original) throws IOException;
  }

  @BeforeAll
  static void fit() {
    QatConfig config = QatConfig.builder().activationBits(4).build();
    network = Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), config);
    graph = Qat.prepare(TestNetworks.residual(7), config);
    for (int i = 0; i < 3; i++) {
      network.fit(TestNetworks.data(i, 16, DataType.FLOAT));
      graph.fit(TestNetworks.data(i, 16, DataType.FLOAT));
    }
  }

  private static final Map<String, Copy<MultiLayerNetwork>> NETWORKS = new LinkedHashMap<>();
  private static final Map<String, Copy<ComputationGraph>> GRAPHS = new LinkedHashMap<>();

  static {
    NETWORKS.put("clone", MultiLayerNetwork::clone);
    NETWORKS.put("JSON and parameters", CopiesTest::throughJson);
    NETWORKS.put("the same configuration, parameters cloned", m -> sameConfiguration(m, true));
    NETWORKS.put("the same configuration and parameters", m -> sameConfiguration(m, false));
    NETWORKS.put("setParams", m -> withParams(m, m.params()));
    NETWORKS.put("setParams in column order", m -> withParams(m, m.params().dup('f')));
    NETWORKS.put("ModelSerializer", CopiesTest::saved);
    NETWORKS.put("InMemoryModelSaver", m -> kept(new InMemoryModelSaver<>(), m));
    NETWORKS.put("LocalFileModelSaver", m -> kept(new LocalFileModelSaver(place()), m));
    NETWORKS.put("TransferLearning", m -> new TransferLearning.Builder(m).build());
    GRAPHS.put("clone", ComputationGraph::clone);
    GRAPHS.put("JSON and parameters", CopiesTest::throughJson);
    GRAPHS.put("the same configuration, parameters cloned", g -> sameConfiguration(g, true));
    GRAPHS.put("the same configuration and parameters", g -> sameConfiguration(g, false));
    GRAPHS.put("setParams", g -> withParams(g, g.params()));
    GRAPHS.put("setParams in column order", g -> withParams(g, g.params().dup('f')));
    GRAPHS.put("ModelSerializer", CopiesTest::saved);
    GRAPHS.put("InMemoryModelSaver", g -> kept(new InMemoryModelSaver<>(), g));
    GRAPHS.put("LocalFileGraphSaver", g -> kept(new LocalFileGraphSaver(place()), g));
  }

  private static String place() {
    return folder.toString();
  }

  private static MultiLayerNetwork throughJson(MultiLayerNetwork original) {
    String json = original.getLayerWiseConfigurations().toJson();
    MultiLayerNetwork copy = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
    copy.init();
    copy.setParams(original.params());
    return copy;
  }

  private static MultiLayerNetwork throughJson(MultiLayerNetwork original, boolean clone) {
    String json = original.getLayerWiseConfigurations().toJson();
    MultiLayerNetwork copy = new MultiLayerNetwork(MultiLayerConfiguration.fromJson(json));
    copy.init(original.params(), clone);
    return copy;
  }

  private static ComputationGraph throughJson(ComputationGraph original) {
    String json = original.getConfiguration().toJson();
    ComputationGraph copy = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
    copy.init();
    copy.setParams(original.params());
    return copy;
  }

  private static MultiLayerNetwork sameConfiguration(MultiLayerNetwork original, boolean clone) {
    MultiLayerNetwork copy = new MultiLayerNetwork(original.getLayerWiseConfigurations());
    copy.init(original.params(), clone);
    return copy;
  }

  private static ComputationGraph sameConfiguration(ComputationGraph original, boolean clone) {
    ComputationGraph copy = new ComputationGraph(original.getConfiguration());
    copy.init(original.params(), clone);
    return copy;
  }

  private static MultiLayerNetwork withParams(MultiLayerNetwork original, INDArray params) {
    MultiLayerNetwork copy = new MultiLayerNetwork(original.getLayerWiseConfigurations().clone());
    copy.init();
    copy.setParams(params);
    return copy;
  }

  private static ComputationGraph withParams(ComputationGraph original, INDArray params) {
    ComputationGraph copy = new ComputationGraph(original.getConfiguration().clone());
    copy.init();
    copy.setParams(params);
    return copy;
  }

  private static MultiLayerNetwork saved(MultiLayerNetwork original) throws IOException {
    File file = folder.resolve("network.zip").toFile();
    ModelSerializer.writeModel(original, file, true);
    return ModelSerializer.restoreMultiLayerNetwork(file, true);
  }

  private static ComputationGraph saved(ComputationGraph original) throws IOException {
    File file = folder.resolve("graph.zip").toFile();
    ModelSerializer.writeModel(original, file, true);
    return ModelSerializer.restoreComputationGraph(file, true);
  }

  private static <M extends Model> M kept(EarlyStoppingModelSaver<M> saver, M original)
      throws IOException {
    saver.saveBestModel(original, 0);
    return saver.getBestModel();
  }

  static Stream<String> networks() {
    return NETWORKS.keySet().stream();
  }

  static Stream<String> graphs() {
    return GRAPHS.keySet().stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void copy_ofNetwork_infersTrainsAndDeploysAsIt(String how) throws Exception {
    MultiLayerNetwork original = network.clone();
    MultiLayerNetwork copy = NETWORKS.get(how).of(original);
    assertEquals(original.output(IMAGES), copy.output(IMAGES));
    assertEquals(6, Parity.requireSameCodes(copy, Qat.convert(copy), IMAGES));
    copy.fit(NEXT);
    assertEquals(6, Parity.requireSameCodes(copy, Qat.convert(copy), IMAGES));
    assertEquals(6, Parity.requireSameCodes(original, Qat.convert(original), IMAGES));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("graphs")
  void copy_ofGraph_infersTrainsAndDeploysAsIt(String how) throws Exception {
    ComputationGraph original = graph.clone();
    ComputationGraph copy = GRAPHS.get(how).of(original);
    assertEquals(original.outputSingle(IMAGES), copy.outputSingle(IMAGES));
    assertEquals(10, Parity.requireSameCodes(copy, Qat.convert(copy), IMAGES));
    copy.fit(NEXT);
    assertEquals(10, Parity.requireSameCodes(copy, Qat.convert(copy), IMAGES));
    assertEquals(10, Parity.requireSameCodes(original, Qat.convert(original), IMAGES));
  }

  @Test
  void toComputationGraph_ofNetwork_infersTrainsAndDeploysAsIt() {
    MultiLayerNetwork original = network.clone();
    ComputationGraph copy = original.toComputationGraph();
    assertEquals(original.output(IMAGES), copy.outputSingle(IMAGES));
    assertEquals(6, Parity.requireSameCodes(copy, Qat.convert(copy), IMAGES));
    copy.fit(NEXT);
    assertEquals(6, Parity.requireSameCodes(copy, Qat.convert(copy), IMAGES));
    assertEquals(6, Parity.requireSameCodes(original, Qat.convert(original), IMAGES));
  }

  /**
   * Deeplearning4j restores a network without listeners, which its own {@code fit} needs, and a
   * graph without outputs, so that no graph can be used after this.
   */
  @Test
  void javaSerialization_ofNetwork_infersAndDeploysAsIt() throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(network);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      MultiLayerNetwork copy = (MultiLayerNetwork) in.readObject();
      assertEquals(network.output(IMAGES), copy.output(IMAGES));
      assertEquals(6, Parity.requireSameCodes(copy, Qat.convert(copy), IMAGES));
    }
  }

  @Test
  void transferLearningHelper_featurizedNetwork_infersAsTheWhole() {
    MultiLayerNetwork original = network.clone();
    INDArray expected = original.output(IMAGES);
    TransferLearningHelper helper = new TransferLearningHelper(original, 4);
    DataSet features = helper.featurize(new DataSet(IMAGES, expected));
    assertEquals(expected, helper.outputFromFeaturized(features.getFeatures()));
  }

  @Test
  void transferLearningHelper_featurizedGraph_infersAsTheWhole() {
    ComputationGraph original = Qat.prepare(TestNetworks.graph(7), QatConfig.int8());
    original.fit(NEXT);
    INDArray expected = original.outputSingle(IMAGES);
    TransferLearningHelper helper = new TransferLearningHelper(original, "conv");
    DataSet features = helper.featurize(new DataSet(IMAGES, expected));
    assertEquals(expected, helper.outputFromFeaturized(features.getFeatures()));
  }

  /** Its parameters live on in the original. */
  @Test
  void copy_sharingParametersAndCollected_leavesTheOriginalWorking() throws InterruptedException {
    MultiLayerNetwork original = network.clone();
    WeakReference<?> copy = new WeakReference<>(sameConfiguration(original, false));
    requireCollected(copy);
    assertEquals(network.output(IMAGES), original.output(IMAGES));
  }

  @Test
  void network_dropped_isCollectedWhileItsConfigurationAndCopyLive() throws InterruptedException {
    MultiLayerNetwork dropped = network.clone();
    MultiLayerConfiguration configuration = dropped.getLayerWiseConfigurations();
    MultiLayerNetwork copy = dropped.clone();
    WeakReference<?> layer = new WeakReference<>(dropped.getLayer(1));
    dropped = null;
    requireCollected(layer);
    assertEquals(configuration, copy.getLayerWiseConfigurations());
    assertEquals(network.output(IMAGES), copy.output(IMAGES));
  }

  private static void requireCollected(WeakReference<?> object) throws InterruptedException {
    for (int i = 0; i < 50 && object.get() != null; i++) {
      System.gc();
      Thread.sleep(20);
    }
    assertNull(object.get(), "still in memory");
  }

  /** Two networks that share parameters, their layers made in turns by two threads. */
  @Test
  void copies_madeAtTheSameTime_eachFindTheirOwn() {
    List<INDArray> outputs =
        IntStream.range(0, 16)
            .parallel()
            .mapToObj(i -> throughJson(network, i % 2 == 0).output(IMAGES))
            .toList();
    outputs.forEach(output -> assertEquals(network.output(IMAGES), output));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(InferenceMode.class)
  void parallelInference_ofNetwork_infersAsIt(InferenceMode mode) {
    assertEquals(network.output(IMAGES), inParallel(network, mode));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(InferenceMode.class)
  void parallelInference_ofGraph_infersAsIt(InferenceMode mode) {
    assertEquals(graph.outputSingle(IMAGES), inParallel(graph, mode));
  }

  private static INDArray inParallel(Model model, InferenceMode mode) {
    ParallelInference inference =
        new ParallelInference.Builder(model)
            .inferenceMode(mode)
            .loadBalanceMode(LoadBalanceMode.ROUND_ROBIN)
            .workers(2)
            .build();
    try {
      inference.output(IMAGES);
      return inference.output(IMAGES);
    } finally {
      if (mode != InferenceMode.INPLACE) {
        inference.shutdown();
      }
    }
  }
}
