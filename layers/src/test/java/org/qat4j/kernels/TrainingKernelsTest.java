package org.qat4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.DepthwiseConvolution2D;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.nd4j.Nd4jKernels;

/**
 * Every implementation against the reference, which {@code BlockGradientTest} holds to finite
 * differences.
 */
class TrainingKernelsTest {
  private static final KernelFamily REFERENCE = new Nd4jKernels();
  private static final LayerWorkspaceMgr WORKSPACE = LayerWorkspaceMgr.noWorkspaces();
  private static final double TOLERANCE = 2e-5;

  /** batch, in, out, size, kernel, stride, padding, same mode. */
  private static final List<int[]> CONVOLUTIONS =
      List.of(
          new int[] {1, 1, 1, 1, 1, 1, 0, 0},
          new int[] {2, 1, 20, 12, 5, 1, 0, 0},
          new int[] {3, 3, 16, 9, 3, 1, 0, 1},
          new int[] {2, 16, 17, 8, 3, 2, 0, 1},
          new int[] {2, 5, 7, 11, 3, 2, 1, 0},
          new int[] {4, 13, 32, 7, 1, 1, 0, 0});

  static Stream<Arguments> convolutions() {
    return fast()
        .flatMap(
            kernels ->
                CONVOLUTIONS.stream().map(shape -> Arguments.of(kernels.name(), kernels, shape)));
  }

  static Stream<KernelFamily> fast() {
    return TrainingKernels.present(DataType.FLOAT).stream()
        .filter(kernels -> !kernels.name().equals(REFERENCE.name()));
  }

  private static INDArray random(long seed, long... shape) {
    Random random = new Random(seed);
    int length = (int) Nd4j.createUninitialized(DataType.FLOAT, shape).length();
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return Nd4j.createFromArray(values).reshape('c', shape);
  }

  private static void assertClose(INDArray expected, INDArray actual, String what) {
    assertArrayEquals(expected.shape(), actual.shape(), what);
    double scale = 1 + expected.amaxNumber().doubleValue();
    assertEquals(
        0,
        expected.castTo(DataType.FLOAT).sub(actual).amaxNumber().doubleValue() / scale,
        TOLERANCE,
        what);
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("convolutions")
  void convolution_forwardAndBackward_equalTheReference(
      String name, KernelFamily kernels, int[] s) {
    ConvolutionLayer layer =
        new ConvolutionLayer.Builder(s[4], s[4])
            .stride(s[5], s[5])
            .padding(s[6], s[6])
            .nIn(s[1])
            .nOut(s[2])
            .convolutionMode(s[7] == 1 ? ConvolutionMode.Same : ConvolutionMode.Truncate)
            .build();
    INDArray input = random(1, s[0], s[1], s[3], s[3]);
    INDArray weights = random(2, s[2], s[1], s[4], s[4]);
    linear(
        REFERENCE.convolution(layer).orElseThrow(),
        kernels.convolution(layer).orElseThrow(),
        input,
        weights,
        random(3, 1, s[2]));
  }

  /** batch, in, multiplier, size, kernel height, kernel width, stride, padding, dilation, same. */
  private static final List<int[]> DEPTHWISE =
      List.of(
          new int[] {2, 3, 1, 4, 1, 1, 1, 0, 1, 0},
          new int[] {2, 1, 3, 7, 3, 3, 1, 0, 1, 1},
          new int[] {3, 16, 1, 9, 3, 3, 1, 0, 1, 1},
          new int[] {2, 17, 1, 8, 3, 3, 2, 0, 1, 1},
          new int[] {2, 5, 2, 11, 3, 2, 2, 1, 1, 0},
          new int[] {2, 6, 1, 11, 3, 3, 1, 0, 2, 1},
          new int[] {2, 6, 1, 11, 3, 3, 1, 0, 2, 0},
          new int[] {2, 6, 1, 11, 3, 3, 1, 2, 2, 0},
          new int[] {2, 6, 1, 11, 3, 2, 1, 1, 2, 0},
          new int[] {4, 32, 1, 7, 5, 5, 1, 0, 1, 1});

  static Stream<Arguments> depthwiseConvolutions() {
    return fast()
        .flatMap(
            kernels ->
                DEPTHWISE.stream().map(shape -> Arguments.of(kernels.name(), kernels, shape)));
  }

  @ParameterizedTest(name = "{0} {index}")
  @MethodSource("depthwiseConvolutions")
  void depthwiseConvolution_forwardAndBackward_equalTheReference(
      String name, KernelFamily kernels, int[] s) {
    DepthwiseConvolution2D layer =
        new DepthwiseConvolution2D.Builder(s[4], s[5])
            .depthMultiplier(s[2])
            .stride(s[6], s[6])
            .padding(s[7], s[7])
            .dilation(s[8], s[8])
            .nIn(s[1])
            .convolutionMode(s[9] == 1 ? ConvolutionMode.Same : ConvolutionMode.Truncate)
            .build();
    INDArray weights = random(2, s[4], s[5], s[1], s[2]);
    linear(
        REFERENCE.convolution(layer).orElseThrow(),
        kernels.convolution(layer).orElseThrow(),
        random(1, s[0], s[1], s[3], s[3]),
        weights,
        random(3, 1, weights.size(2) * weights.size(3)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fast")
  void dense_forwardAndBackward_equalTheReference(KernelFamily kernels) {
    INDArray weights = random(2, 37, 19).dup('f');
    linear(
        REFERENCE.dense().orElseThrow(),
        kernels.dense().orElseThrow(),
        random(1, 5, 37),
        weights,
        random(3, 1, 19));
  }

  private static void linear(
      Linear reference, Linear fast, INDArray input, INDArray weights, INDArray bias) {
    // In double, since ND4J refuses dilated depthwise convolutions in float on a CPU.
    INDArray exactInput = exact(input);
    INDArray rows = reference.rows(exact(weights));
    INDArray expected = reference.forward(exactInput, rows, exact(bias), WORKSPACE);
    assertClose(expected, fast.forward(input, fast.rows(weights), bias, WORKSPACE), "output");
    assertClose(
        reference.forward(exactInput, rows, null, WORKSPACE),
        fast.forward(input, fast.rows(weights), null, WORKSPACE),
        "output without bias");
    INDArray epsilon = random(4, expected.shape());
    INDArray weightGradient = exact(weights).ulike();
    INDArray biasGradient = exact(bias).ulike();
    INDArray fastWeightGradient = weights.ulike();
    INDArray fastBiasGradient = bias.ulike();
    fast.forward(input, fast.rows(weights), bias, WORKSPACE);
    assertClose(
        reference.backward(
            exactInput, rows, exact(epsilon), weightGradient, biasGradient, WORKSPACE),
        fast.backward(
            input, fast.rows(weights), epsilon, fastWeightGradient, fastBiasGradient, WORKSPACE),
        "input gradient");
    assertClose(weightGradient, fastWeightGradient, "weight gradient");
    assertClose(biasGradient, fastBiasGradient, "bias gradient");
  }

  private static INDArray exact(INDArray array) {
    return array.castTo(DataType.DOUBLE).dup(array.ordering());
  }

  static Stream<Arguments> normalizations() {
    return fast()
        .flatMap(
            kernels ->
                Stream.of(
                        new long[] {6, 20, 5, 5},
                        new long[] {4, 16, 7, 3},
                        new long[] {9, 13},
                        new long[] {3, 1, 2, 2})
                    .flatMap(
                        shape ->
                            Stream.of(false, true)
                                .map(
                                    given -> Arguments.of(kernels.name(), kernels, shape, given))));
  }

  @ParameterizedTest(name = "{0} {index} given statistics {3}")
  @MethodSource("normalizations")
  void normalization_forwardAndBackward_equalTheReference(
      String name, KernelFamily kernels, long[] shape, boolean given) {
    INDArray z = random(1, shape);
    INDArray gamma = random(2, 1, shape[1]);
    INDArray beta = random(3, 1, shape[1]);
    INDArray mean = random(4, shape[1]);
    INDArray variance = random(5, shape[1]).muli(0.1).addi(1.5);
    INDArray fastMean = mean.dup();
    INDArray fastVariance = variance.dup();
    Normalization reference = REFERENCE.normalization(1e-3).orElseThrow();
    Normalization fast = kernels.normalization(1e-3).orElseThrow();
    assertClose(
        reference.forward(z, gamma, beta, mean, variance, given, WORKSPACE),
        fast.forward(z, gamma, beta, fastMean, fastVariance, given, WORKSPACE),
        "output");
    assertClose(mean, fastMean, "mean");
    assertClose(variance, fastVariance, "variance");
    INDArray epsilon = random(6, shape);
    INDArray gammaGradient = gamma.ulike();
    INDArray betaGradient = beta.ulike();
    INDArray fastGammaGradient = gamma.ulike();
    INDArray fastBetaGradient = beta.ulike();
    assertClose(
        reference.backward(
            z, epsilon, gamma, mean, variance, given, gammaGradient, betaGradient, WORKSPACE),
        fast.backward(
            z,
            epsilon,
            gamma,
            fastMean,
            fastVariance,
            given,
            fastGammaGradient,
            fastBetaGradient,
            WORKSPACE),
        "input gradient");
    assertClose(gammaGradient, fastGammaGradient, "gamma gradient");
    assertClose(betaGradient, fastBetaGradient, "beta gradient");
  }

  static Stream<KernelFamily> all() {
    return TrainingKernels.present(DataType.FLOAT).stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void round_ties_goToEvenAfterClamping(KernelFamily kernels) {
    INDArray values = Nd4j.createFromArray(-9f, -0.25f, 0.25f, 0.75f, 1.25f, 9f);
    INDArray rounded = kernels.rounding().orElseThrow().round(values, -0.5f, 2f, 0.5f, WORKSPACE);
    assertArrayEquals(new float[] {-0.5f, 0f, 0f, 1f, 1f, 2f}, rounded.toFloatVector(), 1e-9f);
  }

  /** Deeplearning4j's losses work in place, and ND4J's float softmax in place needs that. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void round_columnOrder_givesRowOrder(KernelFamily kernels) {
    INDArray values = random(4, 3, 5).dup('f');
    Rounding rounding = kernels.rounding().orElseThrow();
    for (float scale : new float[] {0, 0.5f}) {
      INDArray rounded = rounding.round(values, -1, 1, scale, WORKSPACE);
      assertArrayEquals(new long[] {5, 1}, rounded.stride());
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void round_scaleZero_onlyClamps(KernelFamily kernels) {
    INDArray values = Nd4j.createFromArray(-9f, -0.25f, 0.3f, 9f);
    INDArray clamped =
        kernels.rounding().orElseThrow().round(values, 0f, Float.POSITIVE_INFINITY, 0f, WORKSPACE);
    assertArrayEquals(new float[] {0f, 0f, 0.3f, 9f}, clamped.toFloatVector());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void pass_boundsOfTheInterval_letTheGradientThrough(KernelFamily kernels) {
    INDArray values = Nd4j.createFromArray(Math.nextDown(-1f), -1f, 0f, 2f, Math.nextUp(2f));
    INDArray epsilon = Nd4j.createFromArray(5f, 6f, 7f, 8f, 9f);
    INDArray passed = kernels.rounding().orElseThrow().pass(epsilon, values, -1f, 2f);
    assertArrayEquals(new float[] {0f, 6f, 7f, 8f, 0f}, passed.toFloatVector());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("all")
  void minAndMax_permutedImages_areThoseOfAllElements(KernelFamily kernels) {
    INDArray values = random(8, 3, 4, 5, 6).permute(0, 3, 1, 2);
    assertEquals(values.minNumber().floatValue(), kernels.rounding().orElseThrow().min(values));
    assertEquals(values.maxNumber().floatValue(), kernels.rounding().orElseThrow().max(values));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fast")
  void pooling_forwardAndBackward_equalTheReference(KernelFamily kernels) {
    for (ConvolutionMode mode : List.of(ConvolutionMode.Truncate, ConvolutionMode.Same)) {
      for (boolean countPadding : new boolean[] {false, true}) {
        SubsamplingLayer layer =
            new SubsamplingLayer.Builder(3, 3).stride(2, 2).convolutionMode(mode).build();
        layer.setAvgPoolIncludePadInDivisor(countPadding);
        pooling(
            REFERENCE.maxPooling(layer).orElseThrow(),
            kernels.maxPooling(layer).orElseThrow(),
            mode + " max");
        String what = mode + " average, padding counted: " + countPadding;
        pooling(
            REFERENCE.averagePooling(layer).orElseThrow(),
            kernels.averagePooling(layer).orElseThrow(),
            what);
      }
    }
    pooling(
        REFERENCE.globalAverage().orElseThrow(),
        kernels.globalAverage().orElseThrow(),
        "global average");
  }

  private static void pooling(Pooling reference, Pooling fast, String what) {
    INDArray input = random(1, 2, 5, 8, 8);
    INDArray expected = reference.forward(input, ArrayType.ACTIVATIONS, WORKSPACE);
    assertClose(expected, fast.forward(input, ArrayType.ACTIVATIONS, WORKSPACE), what);
    assertClose(expected, fast.infer(input, WORKSPACE), what + " in inference");
    INDArray channelsLast = input.permute(0, 2, 3, 1).dup('c').permute(0, 3, 1, 2);
    assertClose(expected, fast.infer(channelsLast, WORKSPACE), what + " channels last");
    INDArray epsilon = random(2, expected.shape());
    assertClose(
        reference.backward(input, epsilon, WORKSPACE),
        fast.backward(input, epsilon, WORKSPACE),
        what + " gradient");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("fast")
  void merging_forwardAndBackward_equalTheReference(KernelFamily kernels) {
    INDArray a = random(1, 2, 5, 4, 4);
    INDArray b = random(2, 2, 4, 4, 5).permute(0, 3, 1, 2);
    merging(REFERENCE.sum().orElseThrow(), kernels.sum().orElseThrow(), a, b);
    kernels
        .concatenation()
        .ifPresent(fast -> merging(REFERENCE.concatenation().orElseThrow(), fast, a, b));
  }

  private static void merging(Merging reference, Merging fast, INDArray... inputs) {
    INDArray expected = reference.forward(inputs, WORKSPACE);
    assertClose(expected, fast.forward(inputs, WORKSPACE), "output");
    INDArray epsilon = random(3, expected.shape());
    INDArray[] gradients = reference.backward(epsilon, new long[] {5, 5}, WORKSPACE);
    INDArray[] fastGradients = fast.backward(epsilon, new long[] {5, 5}, WORKSPACE);
    for (int i = 0; i < inputs.length; i++) {
      assertClose(gradients[i], fastGradients[i], "gradient " + i);
    }
  }

  /** An operation that the fast family lacks is the reference's. */
  @Test
  void of_float_choosesTheFirstFamilyThatHasTheOperation() {
    TrainingKernels kernels = TrainingKernels.of(DataType.FLOAT);
    kernels.dense();
    kernels.concatenation();
    String fast = TrainingKernels.present(DataType.FLOAT).get(0).name();
    assertEquals(Map.of("dense", fast, "concatenation", "nd4j"), kernels.chosen());
    assertEquals(List.of("onednn", "nd4j"), names(TrainingKernels.families()));
  }

  @Test
  void of_double_choosesTheReference() {
    assertEquals(List.of("nd4j"), names(TrainingKernels.present(DataType.DOUBLE)));
  }

  @Test
  void of_typeWithoutKernels_saysWhy() {
    var error =
        assertThrows(IllegalStateException.class, () -> TrainingKernels.of(DataType.INT32).dense());
    assertEquals(
        "no training kernel for dense of INT arrays: onednn: it computes in FLOAT; nd4j: it computes"
            + " in floating point",
        error.getMessage());
  }

  private static List<String> names(List<KernelFamily> families) {
    return families.stream().map(KernelFamily::name).toList();
  }
}
