package org.qat4j.training;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.weightnoise.DropConnect;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.qat4j.testnets.LayerNetworks;
import org.qat4j.testnets.TestNetworks;

/**
 * Deeplearning4j's {@code setLearningRate} reaches all that a layer trains, and no other network.
 */
class LearningRateTest {
  private static final DataSet BATCH = TestNetworks.data(1, 16, DataType.FLOAT);

  @TempDir private static Path folder;

  /** How a network was treated before its rate is set. */
  static Stream<Arguments> histories() {
    return Stream.of(false, true)
        .flatMap(own -> Stream.of(false, true).map(saved -> Arguments.of(own, saved)));
  }

  /** Gives every batch norm an updater of its own. */
  private static ComputationGraph original(String name, IUpdater updater, boolean own) {
    ComputationGraph original =
        LayerNetworks.CONFIGURED.get(name).of(3, DataType.FLOAT, s -> s.updater(updater));
    if (own) {
      Stream.of(original.getLayers())
          .map(layer -> layer.conf().getLayer())
          .filter(org.deeplearning4j.nn.conf.layers.BatchNormalization.class::isInstance)
          .forEach(layer -> ((BaseLayer) layer).setIUpdater(new Sgd(0.05)));
    }
    return original;
  }

  private static ComputationGraph prepared(
      String name, IUpdater updater, boolean own, boolean saved) throws IOException {
    ComputationGraph network =
        Qat.prepare(original(name, updater, own), QatConfig.builder().activationBits(4).build());
    network.fit(BATCH);
    if (!saved) {
      return network;
    }
    File file = folder.resolve("graph.zip").toFile();
    ModelSerializer.writeModel(network, file, true);
    return ModelSerializer.restoreComputationGraph(file, true);
  }

  private static boolean isStatistic(String key) {
    return key.matches(".*_(range|mean|var|log10stdev)");
  }

  private static void assertStays(ComputationGraph network, String layers) {
    Map<String, INDArray> before = new java.util.HashMap<>();
    network.paramTable().forEach((key, value) -> before.put(key, value.dup()));
    network.fit(BATCH);
    int still = 0;
    for (Map.Entry<String, INDArray> entry : before.entrySet()) {
      String key = entry.getKey();
      if (!isStatistic(key) && key.matches("(" + layers + ")_[^_]*")) {
        assertEquals(entry.getValue(), network.getParam(key), key);
        still++;
      }
    }
    assertTrue(still >= 2, "compared " + still);
  }

  @ParameterizedTest(name = "own updaters {0}, saved {1}")
  @MethodSource("histories")
  void setLearningRate_ofNetwork_reachesEveryTrainedParameter(boolean own, boolean saved)
      throws IOException {
    for (String name : new String[] {"normalizations", "residual"}) {
      ComputationGraph network = prepared(name, new Adam(0.01), own, saved);
      network.setLearningRate(0);
      assertStays(network, ".*");
      network.setLearningRate(new FixedSchedule(0.01));
      INDArray params = network.params().dup();
      network.fit(BATCH);
      assertNotEquals(params, network.params());
      network.setLearningRate(new FixedSchedule(0));
      assertStays(network, ".*");
    }
  }

  /**
   * Without updater state: Deeplearning4j fails to rearrange it where any parameter, as a batch
   * norm's mean in its own networks, has none.
   */
  @ParameterizedTest(name = "own updaters {0}, saved {1}")
  @MethodSource("histories")
  void setLearningRate_ofLayer_reachesItsGammaAndBetaAndNoOtherLayer(boolean own, boolean saved)
      throws IOException {
    for (String layer : new String[] {"inputNorm", "bothNorm", "dense"}) {
      ComputationGraph network = prepared("normalizations", new Sgd(0.01), own, saved);
      network.setLearningRate(layer, 0);
      INDArray other = network.getParam("stem_W").dup();
      INDArray gamma = network.getParam("preNorm_gamma").dup();
      assertStays(network, layer);
      assertNotEquals(other, network.getParam("stem_W"));
      assertNotEquals(gamma, network.getParam("preNorm_gamma"));
      network.setLearningRate(layer, new FixedSchedule(0.01));
      INDArray still = network.getLayer(layer).params().dup();
      network.fit(BATCH);
      assertNotEquals(still, network.getLayer(layer).params());
    }
  }

  @Test
  void setLearningRate_ofPreparedOrRestored_leavesTheOriginalTraining() {
    MultiLayerNetwork original = TestNetworks.multiLayer(7, DataType.FLOAT);
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.floatingPoint());
    MultiLayerNetwork restored = Qat.restore(prepared, original);
    prepared.setLearningRate(0);
    restored.setLearningRate(0);
    INDArray before = original.params().dup();
    original.fit(BATCH);
    assertEquals(3e-3, original.getLearningRate(0));
    assertNotEquals(before, original.params());
    original.setLearningRate(0.5);
    assertEquals(0.0, prepared.getLearningRate(1));
  }

  @Test
  void prepareAndRestore_configurations_shareNothingThatCouldChange() {
    MultiLayerNetwork original =
        TestNetworks.multiLayer(
            7,
            DataType.FLOAT,
            s -> s.dropOut(new Dropout(0.5)).weightNoise(new DropConnect(0.9)).l1(0.1));
    MultiLayerNetwork prepared = Qat.prepare(original, QatConfig.int8());
    MultiLayerNetwork restored = Qat.restore(prepared, original);
    Set<Object> first = parts(original.getLayerWiseConfigurations());
    assertTrue(first.stream().anyMatch(IUpdater.class::isInstance));
    for (MultiLayerNetwork each : new MultiLayerNetwork[] {prepared, restored}) {
      for (Object part : parts(each.getLayerWiseConfigurations())) {
        assertFalse(first.contains(part), "shared: " + part.getClass());
      }
    }
  }

  @Test
  void prepareGraph_configuration_sharesNothingThatCouldChange() {
    ComputationGraph original = original("depthwise", new Adam(0.01), true);
    ComputationGraph prepared = Qat.prepare(original, QatConfig.int8());
    ComputationGraph restored = Qat.restore(prepared, original);
    Set<Object> first = parts(original.getConfiguration());
    for (ComputationGraph each : new ComputationGraph[] {prepared, restored}) {
      for (Object part : parts(each.getConfiguration())) {
        assertFalse(first.contains(part), "shared: " + part.getClass());
      }
    }
    // Nor do the two halves of one layer.
    Layer depthwise = prepared.getLayer("separable_depthwise").conf().getLayer();
    Layer pointwise = prepared.getLayer("separable").conf().getLayer();
    Set<Object> half = parts(depthwise);
    parts(pointwise).forEach(part -> assertFalse(half.contains(part), "shared: " + part));
  }

  /** All objects with settable fields that a configuration leads to, by identity. */
  private static Set<Object> parts(Object configuration) {
    Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    Set<Object> parts = Collections.newSetFromMap(new IdentityHashMap<>());
    Deque<Object> open = new ArrayDeque<>();
    open.add(configuration);
    while (!open.isEmpty()) {
      Object next = open.remove();
      if (seen.add(next)) {
        if (next instanceof Iterable<?> list) {
          list.forEach(each -> addIfAny(open, each));
        } else if (next instanceof Map<?, ?> map) {
          map.values().forEach(each -> addIfAny(open, each));
        } else if (isConfiguration(next)) {
          if (addFields(open, next)) {
            parts.add(next);
          }
        }
      }
    }
    return parts;
  }

  private static boolean isConfiguration(Object object) {
    String type = object.getClass().getName();
    return !object.getClass().isEnum()
        && !(object instanceof INDArray)
        && (type.startsWith("org.deeplearning4j.nn.conf.")
            || type.startsWith("org.nd4j.linalg.learning.")
            || type.startsWith("org.nd4j.linalg.schedule.")
            || type.startsWith("org.qat4j.layers."));
  }

  /**
   * @return whether there are any that could change
   */
  private static boolean addFields(Deque<Object> open, Object of) {
    boolean changeable = false;
    for (Class<?> type = of.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers())
            && !Modifier.isTransient(field.getModifiers())
            && !type.isRecord()) {
          changeable |= !Modifier.isFinal(field.getModifiers());
          addIfAny(open, value(field, of));
        }
      }
    }
    return changeable;
  }

  private static Object value(Field field, Object of) {
    try {
      field.setAccessible(true);
      return field.get(of);
    } catch (IllegalAccessException e) {
      throw new AssertionError(e);
    }
  }

  private static void addIfAny(Deque<Object> open, Object object) {
    if (object != null) {
      open.add(object);
    }
  }
}
