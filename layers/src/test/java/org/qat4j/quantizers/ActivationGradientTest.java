package org.qat4j.quantizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.Stream;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.TrainingKernels;
import org.qat4j.quantizers.ActivationQuantizer.Mode;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class ActivationGradientTest {

  static Stream<DataType> types() {
    return Stream.of(DataType.FLOAT, DataType.DOUBLE);
  }

  private static ActivationQuantizer quantizer(ActivationScheme scheme, Clip clip, DataType type) {
    return scheme.quantizer(clip, TrainingKernels.of(type).rounding());
  }

  private static INDArray row(DataType type, float... values) {
    return Nd4j.createFromArray(new float[][] {values}).castTo(type);
  }

  private static float[] passed(
      ActivationQuantizer quantizer, INDArray parameter, DataType type, float... values) {
    INDArray batch = row(type, values);
    quantizer.forward(batch, parameter, Mode.FROZEN, LayerWorkspaceMgr.noWorkspaces());
    INDArray gradient = parameter.ulike();
    INDArray ones = Nd4j.onesLike(batch);
    float[] result = quantizer.backward(ones, parameter, gradient).ravel().toFloatVector();
    assertEquals(0, gradient.amaxNumber().floatValue(), "an observed range has no gradient");
    return result;
  }

  /** The range [-2, 1.75] with 4 bits: a step of 1/4, its ends codes themselves. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("types")
  void backward_observedRange_passesInsideAndOnTheEdge(DataType type) {
    INDArray parameter = Nd4j.createFromArray(-2f, 1.75f, 1f).castTo(type);
    ActivationQuantizer quantizer = quantizer(ActivationScheme.observed(4), Clip.NONE, type);
    assertEquals(0.25f, quantizer.params(parameter).scale());
    float beyond = Math.nextUp(1.75f);
    float below = Math.nextDown(-2f);
    assertArrayEquals(
        new float[] {0, 0, 1, 1, 1, 1, 0, 0},
        passed(quantizer, parameter, type, -9, below, -2, 0, 0.3f, 1.75f, beyond, 9));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("types")
  void backward_observedRangeBehindRelu_isZeroAtZeroAndBelow(DataType type) {
    INDArray parameter = Nd4j.createFromArray(0f, 3.75f, 1f).castTo(type);
    ActivationQuantizer quantizer = quantizer(ActivationScheme.observed(4), Clip.RELU, type);
    assertArrayEquals(
        new float[] {0, 0, 1, 1, 0},
        passed(quantizer, parameter, type, -1, 0, 0.01f, 3.75f, Math.nextUp(3.75f)));
  }

  /** Codes 0 to 6 of step 1/2 with zero point 2. */
  @Test
  void lowestAndHighest_codesNarrowerThanTheActivation_areTheOutermostRepresentableValues() {
    QuantParams params = new QuantParams(0.5f, 2, new IntRange(0, 6));
    ActivationScheme scheme = ActivationScheme.observed(4);
    ActivationQuantizer any = quantizer(scheme, Clip.NONE, DataType.FLOAT);
    assertEquals(-1f, any.lowest(params));
    assertEquals(2f, any.highest(params));
    ActivationQuantizer relu = quantizer(scheme, Clip.RELU, DataType.FLOAT);
    assertEquals(0f, relu.lowest(params));
    assertEquals(2f, relu.highest(params));
  }

  @Test
  void slope_atTheBoundsOfTheActivation_isZero() {
    ActivationQuantizer relu6 = quantizer(ActivationScheme.observed(4), Clip.RELU6, DataType.FLOAT);
    assertEquals(Float.MIN_NORMAL, relu6.slopeFrom());
    assertEquals(Math.nextDown(6f), relu6.slopeTo());
  }

  /** ReLU6 has no slope at 6, though codes reach further. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("types")
  void backward_observedRangeBehindRelu6_isZeroFromSixOn(DataType type) {
    INDArray parameter = Nd4j.createFromArray(0f, 7.5f, 1f).castTo(type);
    ActivationQuantizer quantizer = quantizer(ActivationScheme.observed(4), Clip.RELU6, type);
    assertArrayEquals(new float[] {0, 1, 0, 0}, passed(quantizer, parameter, type, 0, 5.9f, 6, 7));
  }

  /** The range of symmetric codes is that of magnitudes: outliers below weigh as those above. */
  @Test
  void forward_symmetricPercentile_keepsThatPartOfTheMagnitudes() {
    ActivationScheme scheme =
        ActivationScheme.observed(8)
            .withSignedCodes()
            .withSymmetricRange()
            .observing(Observation.percentile(50));
    INDArray parameter = Nd4j.create(DataType.FLOAT, scheme.parameterLength());
    INDArray batch = row(DataType.FLOAT, -8, -7, -6, -5, 1, 2, 3, 4);
    ActivationQuantizer quantizer = quantizer(scheme, Clip.NONE, DataType.FLOAT);
    quantizer.forward(batch, parameter, Mode.QUANTIZING, LayerWorkspaceMgr.noWorkspaces());
    quantizer.backward(batch, parameter, parameter.ulike());
    // Half of the magnitudes 1 to 8 are up to 4; a bin is less than 0.01 wide.
    assertEquals(4 / 127f, quantizer.params(parameter).scale(), 0.01f / 127);
  }

  /** So that a network can be evaluated and converted as soon as rounding starts. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("learned")
  void step_beforeRounding_learnedRangeFollowsEachBatch(ActivationScheme scheme) {
    ActivationQuantizer quantizer = quantizer(scheme, Clip.RELU, DataType.FLOAT);
    INDArray parameter = Nd4j.create(DataType.FLOAT, scheme.parameterLength());
    var workspace = LayerWorkspaceMgr.noWorkspaces();
    INDArray small = row(DataType.FLOAT, -1, 0.5f, 0.3f, 1);
    assertArrayEquals(
        new float[] {0, 0.5f, 0.3f, 1},
        quantizer.forward(small, parameter, Mode.OBSERVING, workspace).ravel().toFloatVector());
    assertEquals(0, parameter.amaxNumber().floatValue(), "until the backward pass");
    quantizer.backward(small, parameter, parameter.ulike());
    QuantParams first = quantizer.params(parameter);
    quantizer.forward(small.mul(4), parameter, Mode.OBSERVING, workspace);
    quantizer.backward(small, parameter, parameter.ulike());
    assertEquals(4 * first.scale(), quantizer.params(parameter).scale(), 1e-6f);
    quantizer.forward(small, parameter, Mode.QUANTIZING, workspace);
    assertEquals(4 * first.scale(), quantizer.params(parameter).scale(), 1e-6f);
  }

  static Stream<ActivationScheme> learned() {
    return schemes().filter(ActivationScheme::isLearned);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("schemes")
  void forward_notANumber_isAnArithmeticError(ActivationScheme scheme) {
    ActivationQuantizer quantizer = quantizer(scheme, Clip.NONE, DataType.FLOAT);
    INDArray parameter = Nd4j.create(DataType.FLOAT, scheme.parameterLength());
    INDArray batch = row(DataType.FLOAT, Float.NaN, Float.NaN, Float.NaN);
    assertThrows(
        ArithmeticException.class,
        () ->
            quantizer.forward(batch, parameter, Mode.QUANTIZING, LayerWorkspaceMgr.noWorkspaces()));
    assertEquals(0, parameter.amaxNumber().floatValue(), "nothing was learned from it");
  }

  static Stream<ActivationScheme> schemes() {
    return Stream.of(
        ActivationScheme.observed(8),
        ActivationScheme.observed(8).observing(Observation.percentile(99)),
        ActivationScheme.pact(4),
        ActivationScheme.lsq(4),
        ActivationScheme.lsqPlus(4));
  }
}
