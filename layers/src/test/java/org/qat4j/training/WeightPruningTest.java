package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.distribution.NormalDistribution;
import org.deeplearning4j.nn.conf.weightnoise.WeightNoise;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.transferlearning.TransferLearning;
import org.deeplearning4j.nn.weights.WeightInit;
import org.deeplearning4j.parallelism.ParallelWrapper;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.INDArrayIndex;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.qat4j.graph.Weights;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.pruning.Pruning;
import org.qat4j.pruning.WeightMask;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.Parity;
import org.qat4j.testnets.TestNetworks;

/** A weight that was removed stays exactly zero, whatever is done to the network. */
class WeightPruningTest {
  private static final INDArray IMAGES = TestNetworks.data(70, 24, DataType.FLOAT).getFeatures();

  private static QatConfig config(Pruning pruning) {
    return QatConfig.builder().prune(pruning).build();
  }

  private static ComputationGraph residual(QatConfig config) {
    return Qat.prepare(TestNetworks.residual(7), config);
  }

  private static void fit(Model network, int from, int to) {
    for (int i = from; i < to; i++) {
      if (network instanceof ComputationGraph graph) {
        graph.fit(TestNetworks.data(i, 16, DataType.FLOAT));
      } else {
        ((MultiLayerNetwork) network).fit(TestNetworks.data(i, 16, DataType.FLOAT));
      }
    }
  }

  private static long zeros(INDArray array) {
    return array.length()
        - array.castTo(DataType.DOUBLE).neq(0).castTo(DataType.INT64).sumNumber().longValue();
  }

  /** Zeros of each weight that has a mask, by its name. */
  private static Map<String, Long> zeros(Model network) {
    Map<String, Long> zeros = new TreeMap<>();
    network
        .paramTable()
        .forEach(
            (name, mask) -> {
              if (name.endsWith("_" + WeightMask.KEY)) {
                String weights = name.replace("_" + WeightMask.KEY, "_W");
                zeros.put(weights, zeros(network.paramTable().get(weights)));
              }
            });
    return zeros;
  }

  private static Map<String, Long> halves(Model network) {
    Map<String, Long> halves = new TreeMap<>();
    zeros(network).keySet().forEach(name -> halves.put(name, network.getParam(name).length() / 2));
    return halves;
  }

  /** How many codes of each deployed layer stand for exactly 0. */
  private static List<Integer> deployedZeros(QuantizedModel model) {
    return model.graph().nodes().stream()
        .flatMap(node -> node.op().weights().stream())
        .map(weights -> weights.codes().weights())
        .map(Weights::zeros)
        .toList();
  }

  @Test
  void prepare_halfOfEachLayer_isZeroAtOnceAndAfterFit() {
    ComputationGraph network = residual(config(Pruning.perLayer(0.5)));
    assertEquals(4, zeros(network).size());
    assertEquals(halves(network), zeros(network));
    fit(network, 0, 5);
    assertEquals(halves(network), zeros(network));
  }

  /** Momentum of weights that trained before they were removed. */
  @Test
  void fit_momentumOfRemovedWeights_movesNothing() {
    MultiLayerNetwork original =
        TestNetworks.multiLayer(7, DataType.FLOAT, s -> s.updater(new Nesterovs(0.05, 0.95)));
    MultiLayerNetwork network =
        Qat.prepare(original, config(Pruning.perLayer(0.5).gradually(4, 8, 2)));
    fit(network, 0, 4);
    assertEquals(0, zeros(network).values().stream().mapToLong(Long::longValue).sum());
    fit(network, 4, 8);
    assertEquals(halves(network), zeros(network));
    INDArray mask = network.getParam("1_" + WeightMask.KEY).dup();
    fit(network, 8, 12);
    assertEquals(halves(network), zeros(network));
    assertEquals(mask, network.getParam("1_" + WeightMask.KEY));
  }

  /** Noise that is added to removed weights would let them compute. */
  @Test
  void fit_additiveWeightNoise_addsNothingToRemovedWeights() {
    MultiLayerNetwork original =
        TestNetworks.multiLayer(
            7,
            DataType.FLOAT,
            s -> s.weightNoise(new WeightNoise(new NormalDistribution(0, 1), true)));
    original.getParam("4_W").assign(0);
    MultiLayerNetwork network = Qat.prepare(original, config(Pruning.perLayer(0)));
    List<INDArray> activations = network.feedForward(IMAGES, true);
    INDArray ofNothing = activations.get(4);
    for (long i = 0; i < ofNothing.size(0); i++) {
      assertEquals(ofNothing.slice(0), ofNothing.slice(i));
    }
    fit(network, 0, 2);
    assertEquals(0, network.getParam("3_W").maxNumber().doubleValue());
  }

  /** Iteration t computes with s(t): after fitting t batches, with what the next one will. */
  @Test
  void fit_gradually_removesAsEquation1Says() {
    Pruning gradual = Pruning.perLayer(0.8).gradually(2, 6, 2);
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), config(gradual));
    List<Long> removed = new ArrayList<>();
    INDArray mask = network.getParam("1_" + WeightMask.KEY);
    for (int i = 0; i < 7; i++) {
      fit(network, i, i + 1);
      removed.add(mask.sumNumber().longValue());
    }
    long half = Math.round(0.7 * mask.length());
    long all = Math.round(0.8 * mask.length());
    assertEquals(List.of(0L, 0L, 0L, half, half, all, all), removed);
  }

  @Test
  void fit_globally_removesSoManyOfAllLayersOnce() {
    ComputationGraph network = residual(config(Pruning.global(0.6).gradually(1, 3, 1)));
    fit(network, 0, 5);
    long all = 0;
    for (String name : zeros(network).keySet()) {
      all += network.getParam(name).length();
    }
    assertEquals(
        Math.round(0.6 * all), zeros(network).values().stream().mapToLong(Long::longValue).sum());
    assertTrue(zeros(network).values().stream().distinct().count() > 1);
  }

  static Stream<WeightScheme> schemesWithZero() {
    return Stream.of(
        WeightScheme.uniform(8),
        WeightScheme.uniform(16),
        WeightScheme.uniform(8).affine(),
        WeightScheme.uniform(4).affine().perTensor(),
        WeightScheme.uniform(3).clippedTo(2.5),
        WeightScheme.uniform(6).withPowerOfTwoScale(),
        WeightScheme.leastSquares(4),
        WeightScheme.lsq(4),
        WeightScheme.lsq(2).perTensor(),
        WeightScheme.powerOfTwo(3),
        WeightScheme.ternary());
  }

  /** Of every scheme, affine ones included, behind batch norm of any sign. */
  @ParameterizedTest
  @MethodSource("schemesWithZero")
  void convert_removedWeights_haveTheCodeOfZero(WeightScheme scheme, @TempDir Path folder)
      throws Exception {
    ComputationGraph network =
        residual(QatConfig.builder().weights(scheme).prune(Pruning.perLayer(0.5)).build());
    network.getParam("a_gamma").muli(-1);
    fit(network, 0, 3);
    Path file = folder.resolve("model.onnx");
    Qat.convert(network).save(file);
    QuantizedModel model = QuantizedModel.load(file);
    List<Long> removed = new ArrayList<>();
    for (String layer : List.of("stem", "a", "b", "out_logits")) {
      removed.add(zeros(network).get(layer + "_W"));
    }
    List<Integer> codes = deployedZeros(model);
    assertEquals(4, codes.size());
    for (int i = 0; i < codes.size(); i++) {
      assertTrue(codes.get(i) >= removed.get(i), i + ": " + codes + " of " + removed);
    }
    Parity.requireSameCodes(network, model, IMAGES);
  }

  static Stream<WeightScheme> schemesWithoutZero() {
    return Stream.of(WeightScheme.binary(), WeightScheme.dorefa(1), WeightScheme.dorefa(3));
  }

  @ParameterizedTest
  @MethodSource("schemesWithoutZero")
  void prepare_schemeWithoutZero_isRefused(WeightScheme scheme) {
    QatConfig config =
        QatConfig.builder().weights(scheme).prune("b", Pruning.perLayer(0.5)).build();
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> residual(config));
    assertTrue(
        error
            .getMessage()
            .startsWith("layer 'b' (index 6, ConvolutionLayer) cannot be pruned so: its weights ("),
        error.getMessage());
  }

  @Test
  void prepare_twoOfFourOfTwoInputs_isRefusedByName() {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> residual(config(Pruning.nOfM(2, 4))));
    assertEquals(
        "layer 'stem' (index 1, ConvolutionLayer) cannot be pruned so: 2:4 sparsity needs a"
            + " multiple of 4 input channels, got 2; leave it unpruned, or give it other weights or"
            + " another sparsity",
        error.getMessage());
  }

  @Test
  void prepare_ruleForNoLayer_namesThoseThatThereAre() {
    QatConfig config = QatConfig.builder().prune("convx", Pruning.perLayer(0.5)).build();
    assertEquals(
        "no layer with weights matches the pruning of name 'convx'; the layers with weights are"
            + " [stem, a, b, out]",
        assertThrows(IllegalArgumentException.class, () -> residual(config)).getMessage());
  }

  private static INDArray at(INDArray weights, int axis, long place) {
    INDArrayIndex[] indices = new INDArrayIndex[weights.rank()];
    Arrays.fill(indices, NDArrayIndex.all());
    indices[axis] = NDArrayIndex.interval(place, place + 1);
    return weights.get(indices);
  }

  /** Of each pair of input channels, at each place of the kernel, one stays. */
  @Test
  void fit_oneOfTwo_holdsInEveryGroupOfTheDeployedFile() {
    ComputationGraph network = residual(config(Pruning.nOfM(1, 2)));
    fit(network, 0, 3);
    for (String name : zeros(network).keySet()) {
      INDArray weights = network.getParam(name);
      int inputs = weights.rank() == 2 ? 0 : 1;
      for (long i = 0; i < weights.size(inputs); i += 2) {
        INDArray pair = at(weights, inputs, i).neq(0).castTo(DataType.INT32);
        pair.addi(at(weights, inputs, i + 1).neq(0).castTo(DataType.INT32));
        assertEquals(1, pair.maxNumber().intValue(), name);
      }
    }
  }

  @Test
  void copies_cloneAndFile_trainOnWithTheirZeros(@TempDir File folder) throws Exception {
    MultiLayerNetwork network =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), config(Pruning.perLayer(0.5)));
    fit(network, 0, 3);
    File file = new File(folder, "network.zip");
    ModelSerializer.writeModel(network, file, true);
    for (MultiLayerNetwork copy : List.of(network.clone(), MultiLayerNetwork.load(file, true))) {
      fit(copy, 3, 6);
      assertEquals(halves(network), zeros(copy));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = ParallelWrapper.TrainingMode.class,
      names = {"AVERAGING", "SHARED_GRADIENTS"})
  void parallel_workers_keepTheZeros(ParallelWrapper.TrainingMode mode) {
    MultiLayerNetwork network =
        Qat.prepare(
            TestNetworks.multiLayer(7, DataType.FLOAT),
            config(Pruning.perLayer(0.5).gradually(1, 3, 1)));
    ParallelWrapper wrapper =
        new ParallelWrapper.Builder<>(network)
            .workers(2)
            .prefetchBuffer(0)
            .averagingFrequency(1)
            .trainingMode(mode)
            .build();
    wrapper.fit(
        new ExistingDataSetIterator(
            Stream.iterate(0, i -> i + 1)
                .limit(12)
                .map(i -> TestNetworks.data(i, 16, DataType.FLOAT))
                .toList()));
    wrapper.shutdown();
    halves(network)
        .forEach(
            (name, half) ->
                assertTrue(zeros(network).get(name) >= half, name + ": " + zeros(network)));
    Parity.requireSameCodes(network, Qat.convert(network), IMAGES);
  }

  /** A layer that is held still keeps all its weights, and the others prune without it. */
  @Test
  void fit_frozenLayer_isNotPruned() {
    MultiLayerNetwork prepared =
        Qat.prepare(
            TestNetworks.multiLayer(7, DataType.FLOAT),
            config(Pruning.global(0.5).gradually(2, 2, 1)));
    fit(prepared, 0, 1);
    MultiLayerNetwork network =
        new TransferLearning.Builder(prepared).setFeatureExtractor(1).build();
    fit(network, 0, 3);
    assertEquals(0, zeros(network.getParam("1_W")));
    assertTrue(zeros(network.getParam("3_W")) > 0);
  }

  @Test
  void fit_replacedOutputs_countTheirOwnWeights() {
    MultiLayerNetwork prepared =
        Qat.prepare(TestNetworks.multiLayer(7, DataType.FLOAT), config(Pruning.perLayer(0.5)));
    fit(prepared, 0, 2);
    MultiLayerNetwork network =
        new TransferLearning.Builder(prepared).nOutReplace(4, 20, WeightInit.XAVIER).build();
    assertEquals(
        network.getParam("4_W").length(), network.getParam("4_" + WeightMask.KEY).length());
    fit(network, 0, 2);
    assertEquals(network.getParam("1_W").length() / 2, zeros(network.getParam("1_W")));
  }

  /** Pruned in floating point, given back, and quantized with its zeros. */
  @Test
  void restore_prunedInFloatingPoint_hasZerosThatQuantizationKeeps() {
    MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.FLOAT);
    Pruning gradual = Pruning.perLayer(0.5).gradually(1, 4, 1);
    MultiLayerNetwork fast =
        Qat.prepare(original, QatConfig.floatingPointBuilder().prune(gradual).build());
    fit(fast, 0, 6);
    MultiLayerNetwork restored = Qat.restore(fast, original);
    MultiLayerNetwork quantized = Qat.prepare(restored, config(Pruning.perLayer(0)));
    fit(quantized, 6, 9);
    assertEquals(halves(fast), zeros(fast));
    assertEquals(halves(quantized), zeros(quantized));
    assertTrue(deployedZeros(Qat.convert(quantized)).get(0) >= 54);
  }

  @ParameterizedTest
  @EnumSource(
      value = DataType.class,
      names = {"FLOAT", "DOUBLE"})
  void fit_depthwiseAndSeparable_keepTheirZeros(DataType type) {
    ComputationGraph network =
        Qat.prepare(LayerNetworks.depthwise(5, type), config(Pruning.perLayer(0.5)));
    for (int i = 0; i < 3; i++) {
      network.fit(TestNetworks.data(i, 8, type));
    }
    zeros(network)
        .forEach(
            (name, zeros) ->
                assertEquals(Math.round(0.5 * network.getParam(name).length()), zeros, name));
  }
}
