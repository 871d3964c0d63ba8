package org.qat4j.quantizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What holds for the weights of every scheme, whatever they are. */
class WeightLawsTest {
  private static final int CHANNELS = 6;
  private static final int FAN_IN = 27;
  private static final int SEEDS = 4;

  static Stream<WeightScheme> schemes() {
    return Stream.concat(
        IntStream.of(2, 3, 4, 5, 6, 7, 8, 16)
            .boxed()
            .flatMap(
                bits ->
                    Stream.of(
                        WeightScheme.uniform(bits),
                        WeightScheme.uniform(bits).affine(),
                        WeightScheme.uniform(bits).withPowerOfTwoScale(),
                        WeightScheme.uniform(bits).affine().withPowerOfTwoScale(),
                        WeightScheme.uniform(bits).clippedTo(2),
                        WeightScheme.uniform(bits).affine().clippedTo(2),
                        WeightScheme.leastSquares(bits),
                        WeightScheme.lsq(bits))),
        Stream.of(
            WeightScheme.powerOfTwo(2),
            WeightScheme.powerOfTwo(3),
            WeightScheme.powerOfTwo(4),
            WeightScheme.binary(),
            WeightScheme.ternary(),
            WeightScheme.dorefa(1),
            WeightScheme.dorefa(2),
            WeightScheme.dorefa(5),
            WeightScheme.dorefa(7)));
  }

  static Stream<Arguments> seededSchemes() {
    return schemes()
        .flatMap(scheme -> IntStream.range(0, SEEDS).mapToObj(seed -> Arguments.of(seed, scheme)));
  }

  /** Those whose channels can have a scale each. */
  static Stream<Arguments> seededGroupedSchemes() {
    return seededSchemes().filter(each -> each.get()[1] instanceof WeightScheme.Grouped);
  }

  /**
   * Those that put the outermost weight that they keep on the outermost code, or learn the scale.
   * Where a scale follows all weights, rounding them moves it.
   */
  static Stream<Arguments> seededIdempotentSchemes() {
    return seededSchemes()
        .filter(
            each ->
                each.get()[1] instanceof UniformWeights uniform
                    ? uniform.symmetric() && !uniform.powerOfTwoScale()
                    : each.get()[1] instanceof LearnedStepWeights
                        || each.get()[1] instanceof BinaryWeights
                        || each.get()[1] instanceof TernaryWeights
                        || each.get()[1] instanceof PowerOfTwoWeights);
  }

  private static INDArray weights(int seed) {
    Random random = new Random(seed);
    INDArray weights = Nd4j.create(DataType.FLOAT, CHANNELS, FAN_IN);
    for (int o = 0; o < CHANNELS; o++) {
      for (int i = 0; i < FAN_IN; i++) {
        weights.putScalar(o, i, random.nextGaussian() * 0.2 * (o + 1));
      }
    }
    weights.putScalar(0, seed % FAN_IN, 0);
    return weights;
  }

  private static INDArray step(WeightScheme scheme, long channels) {
    return scheme.learns()
        ? Nd4j.create(DataType.FLOAT, WeightQuantizer.learned(scheme, channels))
        : null;
  }

  private static void assertSameCodes(WeightCodes expected, WeightCodes actual) {
    assertArrayEquals(expected.differences(), actual.differences());
    assertArrayEquals(expected.zeroPoints(), actual.zeroPoints());
    assertArrayEquals(expected.scales(), actual.scales());
    assertEquals(expected.range(), actual.range());
  }

  private static WeightCodes deploy(WeightScheme scheme, INDArray rows) {
    return scheme.quantizer().deploy(rows, step(scheme, rows.size(0)));
  }

  @ParameterizedTest(name = "seed {0}, {1}")
  @MethodSource("seededGroupedSchemes")
  void deploy_asManyGroupsAsChannels_equalsPerChannel(int seed, WeightScheme.Grouped<?> scheme) {
    INDArray rows = weights(seed);
    assertSameCodes(deploy(scheme.perChannel(), rows), deploy(scheme.perGroup(CHANNELS), rows));
  }

  /** One group holds the weights of all channels, as a single channel would. */
  @ParameterizedTest(name = "seed {0}, {1}")
  @MethodSource("seededGroupedSchemes")
  void deploy_oneGroup_equalsPerTensorAndOneLongChannel(int seed, WeightScheme.Grouped<?> scheme) {
    INDArray rows = weights(seed);
    WeightCodes oneGroup = deploy(scheme.perGroup(1), rows);
    assertSameCodes(deploy(scheme.perTensor(), rows), oneGroup);
    WeightCodes longChannel =
        deploy(scheme.perChannel(), rows.reshape('c', 1, (long) CHANNELS * FAN_IN));
    assertArrayEquals(longChannel.differences(), oneGroup.differences());
    for (int o = 0; o < CHANNELS; o++) {
      assertEquals(longChannel.scales()[0], oneGroup.scales()[o]);
      assertEquals(longChannel.zeroPoints()[0], oneGroup.zeroPoints()[o]);
    }
  }

  @ParameterizedTest(name = "seed {0}, {1}")
  @MethodSource("seededSchemes")
  void fakeQuantize_anyWeights_areTheDeployedCodesTimesScale(int seed, WeightScheme scheme) {
    INDArray rows = weights(seed);
    INDArray before = rows.dup();
    INDArray step = step(scheme, CHANNELS);
    WeightQuantizer quantizer = scheme.quantizer();
    WeightCodes codes = quantizer.deploy(rows, step);
    INDArray values = quantizer.fakeQuantize(rows, step).rows();
    assertSameCodes(codes, quantizer.deploy(rows, step));
    assertEquals(before, rows, "weights unchanged");
    for (int i = 0; i < codes.differences().length; i++) {
      int o = i / FAN_IN;
      float expected = codes.differences()[i] * codes.scales()[o];
      assertEquals(expected, values.getFloat(o, i % FAN_IN) + 0f, scheme + " weight " + i);
      assertTrue(codes.range().contains(codes.differences()[i] + codes.zeroPoints()[o]));
    }
  }

  @ParameterizedTest(name = "seed {0}, {1}")
  @MethodSource("seededIdempotentSchemes")
  void fakeQuantize_ofItsOwnResult_changesNothing(int seed, WeightScheme scheme) {
    INDArray step = step(scheme, CHANNELS);
    WeightQuantizer quantizer = scheme.quantizer();
    INDArray once = quantizer.fakeQuantize(weights(seed), step).rows();
    INDArray twice = quantizer.fakeQuantize(once, step).rows();
    assertArrayEquals(
        quantizer.deploy(once, step).differences(), quantizer.deploy(twice, step).differences());
    // The scale is computed again, from rounded weights.
    assertTrue(once.equalsWithEps(twice, 1e-6), once.sub(twice).amaxNumber().toString());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schemes")
  void deploy_weightsOfZero_haveCodesAndPositiveScales(WeightScheme scheme) {
    WeightCodes codes = deploy(scheme, Nd4j.create(DataType.FLOAT, CHANNELS, FAN_IN));
    for (float scale : codes.scales()) {
      assertTrue(scale > 0 && Float.isFinite(scale), scheme + " has scale " + scale);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("binarySchemes")
  void deploy_zero_hasTheSignPlus(WeightScheme scheme) {
    INDArray rows = Nd4j.createFromArray(new float[][] {{0f, -0f, -1f, 1f}});
    assertArrayEquals(new int[] {1, 1, -1, 1}, deploy(scheme, rows).differences());
  }

  static Stream<WeightScheme> binarySchemes() {
    return Stream.of(WeightScheme.binary(), WeightScheme.dorefa(1));
  }

  /**
   * 0.75 in [-1, 1] with four levels of step 2/3: those of DoReFa, whose outermost is the largest
   * weight, so that nothing is pushed out of the range. Its codes are multiples of half a step.
   */
  @Test
  void deploy_twoBitsWithFourLevels_isAThirdAndTheLargestStaysInside() {
    // DoReFa divides tanh(w) by twice its maximum: these weights become 0.75 and 1 of it.
    double largest = Math.tanh(1);
    float w = (float) atanh(0.75 * largest);
    INDArray rows = Nd4j.createFromArray(new float[][] {{w, 1f, -1f}});
    WeightCodes codes = deploy(WeightScheme.dorefa(2), rows);
    assertEquals(1 / 3f, codes.scales()[0]);
    assertArrayEquals(new int[] {3, 3, -3}, codes.differences());
  }

  private static double atanh(double x) {
    return 0.5 * Math.log((1 + x) / (1 - x));
  }

  @Test
  void deploy_twoBitsNarrow_roundsThreeQuartersToOne() {
    INDArray rows = Nd4j.createFromArray(new float[][] {{0.75f, 1f, -1f, 0.5f}});
    WeightCodes codes = deploy(WeightScheme.uniform(2), rows);
    assertEquals(1f, codes.scales()[0]);
    assertArrayEquals(new int[] {1, 1, -1, 0}, codes.differences(), "0.5 is a tie, half to even");
  }

  @Test
  void deploy_workedVector_hasTheSymmetricCodes() {
    INDArray rows = Nd4j.createFromArray(new float[][] {{1.2f, 2.3f, 3.4f, 4.5f, 5.6f}});
    WeightCodes codes = deploy(WeightScheme.uniform(8), rows);
    assertEquals(0.0440945f, codes.scales()[0], 1e-7f);
    assertArrayEquals(new int[] {27, 52, 77, 102, 127}, codes.differences());
    assertEquals(0, codes.zeroPoints()[0]);
  }

  /** The range [0, 5.6] has 254 steps where the smallest code is left out. */
  @Test
  void deploy_workedVectorAffine_hasZeroInRange() {
    INDArray rows = Nd4j.createFromArray(new float[][] {{1.2f, 2.3f, 3.4f, 4.5f, 5.6f}});
    WeightCodes codes = deploy(WeightScheme.uniform(8).affine(), rows);
    assertEquals(5.6f / 254, codes.scales()[0], 1e-8f);
    assertEquals(-127, codes.zeroPoints()[0]);
    assertArrayEquals(new int[] {54, 104, 154, 204, 254}, codes.differences());
  }

  /** Training may push a step through zero; what the other channels learned stays. */
  @Test
  void fakeQuantize_learnedStepBelowZero_keepsTheOtherSteps() {
    INDArray step = Nd4j.createFromArray(-0.01f, 0.5f);
    INDArray rows = Nd4j.createFromArray(new float[][] {{1f, -1f}, {0.6f, -1.4f}});
    INDArray values = WeightScheme.lsq(4).quantizer().fakeQuantize(rows, step).rows();
    assertEquals(-0.01f, step.getFloat(0));
    assertEquals(0.5f, step.getFloat(1));
    assertArrayEquals(new float[] {0.5f, -1.5f}, values.getRow(1).toFloatVector());
  }

  /** A 1x1 convolution of one channel has one weight for each output channel. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("schemes")
  void fakeQuantize_oneWeightForEachChannel_givesOneScaleForEachGroup(WeightScheme scheme) {
    INDArray rows = Nd4j.createFromArray(new float[][] {{0.5f}, {-0.25f}, {1f}, {0.1f}});
    INDArray step = scheme.learns() ? Nd4j.zeros(DataType.FLOAT, rows.size(0)) : null;
    WeightQuantizer quantizer = scheme.quantizer();
    WeightQuantizer.Rounded rounded = quantizer.fakeQuantize(rows, step);
    assertArrayEquals(
        new long[] {scheme.groupsOf(rows.size(0))}, rounded.scales().shape(), "scales");
    assertArrayEquals(rows.shape(), rounded.rows().shape(), "weights");
    WeightCodes codes = quantizer.deploy(rows, step);
    for (int o = 0; o < rows.size(0); o++) {
      float deployed = codes.differences()[o] * codes.scales()[o];
      assertEquals(rounded.rows().getFloat(o, 0) + 0f, deployed + 0f, "channel " + o);
    }
    quantizer.backward(rows, step, rows.ulike().assign(1), step == null ? null : step.ulike());
  }
}
