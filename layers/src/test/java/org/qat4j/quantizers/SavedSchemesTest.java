package org.qat4j.quantizers;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.qat4j.observer.RangeEstimator;
import org.qat4j.observer.RangeObserver;

/** Schemes are saved with a network, by Deeplearning4j's JSON mapper, and read back the same. */
class SavedSchemesTest {
  private static final ObjectMapper MAPPER = NeuralNetConfiguration.mapper();

  static Stream<WeightScheme> weights() {
    return Stream.of(
        WeightScheme.uniform(8),
        WeightScheme.uniform(4).affine().withPowerOfTwoScale().perGroup(3),
        WeightScheme.uniform(4).perTensor().clippedTo(2.5),
        WeightScheme.leastSquares(4),
        WeightScheme.lsq(2).perTensor(),
        WeightScheme.binary(),
        WeightScheme.ternary(),
        WeightScheme.dorefa(3),
        WeightScheme.powerOfTwo(4),
        WeightScheme.real());
  }

  static Stream<ActivationScheme> activations() {
    return Stream.concat(
        RangeEstimator.all().stream()
            .flatMap(
                estimator ->
                    RangeObserver.all().stream()
                        .map(observer -> new Observation(estimator, observer))
                        .map(ActivationScheme.observed(8).withSymmetricRange()::observing)),
        Stream.of(
            ActivationScheme.observed(1),
            ActivationScheme.pact(4).withSignedCodes(),
            ActivationScheme.lsq(4),
            ActivationScheme.lsqPlus(16)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("weights")
  void json_ofWeights_readsBackEqual(WeightScheme scheme) throws IOException {
    assertEquals(scheme, MAPPER.readValue(MAPPER.writeValueAsString(scheme), WeightScheme.class));
    assertEquals(scheme, serialized(scheme));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("activations")
  void json_ofActivations_readsBackEqual(ActivationScheme scheme) throws IOException {
    String json = MAPPER.writeValueAsString(scheme);
    assertEquals(scheme, MAPPER.readValue(json, ActivationScheme.class));
    assertEquals(scheme, serialized(scheme));
  }

  private static Object serialized(Object scheme) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(scheme);
    try {
      return new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }

  /** So that a new scheme that nobody registered for JSON fails here. */
  @Test
  void schemes_ofThisTest_areAllThatThereAre() {
    assertEquals(
        records(WeightScheme.class), weights().map(Object::getClass).collect(Collectors.toSet()));
    assertEquals(
        records(ActivationScheme.class),
        activations().map(Object::getClass).collect(Collectors.toSet()));
  }

  private static Set<Class<?>> records(Class<?> type) {
    return type.isRecord()
        ? Set.of(type)
        : Arrays.stream(type.getPermittedSubclasses())
            .flatMap(each -> records(each).stream())
            .collect(Collectors.toSet());
  }

  @Test
  void json_ofASchemeWithNames_isReadable() throws IOException {
    String weights = MAPPER.writeValueAsString(WeightScheme.uniform(4).perTensor().clippedTo(2.5));
    assertTrue(weights.replaceAll("\\s", "").contains("\"type\":\"meanStd\""), weights);
    String activations =
        MAPPER.writeValueAsString(
            ActivationScheme.observed(8).observing(Observation.percentile(99.5).withRate(0.05)));
    assertTrue(activations.contains("\"percentile(99.5), movingAverage(0.05)\""), activations);
  }
}
