package org.qat4j.quantizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.kernels.KernelFamily;
import org.qat4j.kernels.TrainingKernels;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * One definition of the nearest representable value, {@link QuantParams#fakeQuantize}: training,
 * deployment and weights agree with it on every value, at and next to ties too, where a product
 * with the reciprocal of the scale would go the other way.
 */
class FakeQuantizeTest {
  private static final int SCALES_PER_SEED = 25;

  /** Multiples of half a step and their neighbours, beyond the ends too, and random values. */
  private static float[] values(Random random, QuantParams params) {
    int first = params.range().min() - params.zeroPoint() - 2;
    int last = params.range().max() - params.zeroPoint() + 2;
    int step = Math.max(1, (last - first) / 300);
    float[] values = new float[((last - first) / step + 1) * 8];
    int next = 0;
    for (int code = first; code <= last; code += step) {
      float tie = (float) ((code + 0.5) * params.scale());
      float grid = params.scale() * code;
      values[next++] = tie;
      values[next++] = Math.nextUp(tie);
      values[next++] = Math.nextDown(tie);
      values[next++] = Math.nextUp(Math.nextUp(tie));
      values[next++] = grid;
      values[next++] = Math.nextUp(grid);
      values[next++] = Math.nextDown(grid);
      values[next++] = (float) ((first + random.nextDouble() * (last - first)) * params.scale());
    }
    return values;
  }

  private static QuantParams params(Random random) {
    IntRange range =
        List.of(
                IntRange.unsigned(8),
                IntRange.signed(8),
                IntRange.signedNarrow(8),
                IntRange.unsigned(4),
                IntRange.unsigned(1),
                IntRange.unsigned(16))
            .get(random.nextInt(6));
    float scale = (float) Math.exp(random.nextDouble() * 24 - 18);
    int zeroPoint = range.min() + random.nextInt(range.max() - range.min() + 1);
    return new QuantParams(scale, zeroPoint, range);
  }

  private static float[] expected(QuantParams params, float[] values) {
    float[] expected = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      expected[i] = params.fakeQuantize(values[i]);
    }
    return expected;
  }

  /** Equal as numbers: -0 is 0. */
  private static void assertSame(String what, float[] values, float[] expected, float[] actual) {
    for (int i = 0; i < values.length; i++) {
      if (expected[i] != actual[i]) {
        assertEquals(expected[i], actual[i], what + ", value " + values[i]);
      }
    }
  }

  static Stream<Arguments> kernels() {
    return TrainingKernels.present(DataType.FLOAT).stream()
        .flatMap(
            kernels ->
                LongStream.rangeClosed(1, 8)
                    .mapToObj(seed -> Arguments.of(kernels.name(), seed, kernels)));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kernels")
  void round_anyScale_isTheDefinition(String name, long seed, KernelFamily kernels) {
    Random random = new Random(seed);
    for (int i = 0; i < SCALES_PER_SEED; i++) {
      QuantParams params = params(random);
      float[] values = values(random, params);
      INDArray rounded =
          kernels
              .rounding()
              .orElseThrow()
              .round(
                  Nd4j.createFromArray(values),
                  params.dequantize(params.range().min()),
                  params.dequantize(params.range().max()),
                  params.scale(),
                  LayerWorkspaceMgr.noWorkspaces());
      assertSame("" + params, values, expected(params, values), rounded.toFloatVector());
    }
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("kernels")
  void dotRounded_ones_isTheSumOfTheDefinition(String name, long seed, KernelFamily kernels) {
    QuantParams params = new QuantParams(0.1f, 3, IntRange.unsigned(4));
    float[] values = values(new Random(seed), params);
    double sum =
        IntStream.range(0, values.length).mapToDouble(i -> params.fakeQuantize(values[i])).sum();
    INDArray array = Nd4j.createFromArray(values);
    INDArray ones = Nd4j.onesLike(array);
    assertEquals(
        sum,
        kernels
            .rounding()
            .orElseThrow()
            .dotRounded(
                ones,
                array,
                params.dequantize(params.range().min()),
                params.dequantize(params.range().max()),
                params.scale()),
        1e-3);
  }

  static Stream<Arguments> backends() {
    return Stream.of("reference", "onednn")
        .flatMap(
            backend -> LongStream.rangeClosed(1, 4).mapToObj(seed -> Arguments.of(backend, seed)));
  }

  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("backends")
  void quantizeOfDeployment_anyScale_isTheDefinition(String backend, long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < SCALES_PER_SEED; i++) {
      QuantParams params = params(random);
      if (params.range().max() > 255) {
        continue; // No oneDNN storage.
      }
      float[] values = values(random, params);
      Graph.Builder graph = Graph.builder("definition");
      graph.input(Tensor.real("x", Shape.of(values.length)));
      graph.node("q", new ConvertOp.Quantize(), List.of("x"), "q", new Tensor.Codes(params));
      graph.node("y", new ConvertOp.Dequantize(), List.of("q"), "y", new Tensor.Real());
      try (InferenceSession session =
          InferenceSession.open(
              new QuantizedModel(graph.build("y")), SessionOptions.DEFAULT.withBackend(backend))) {
        assertSame("" + params, values, expected(params, values), session.run(values, 1));
      }
    }
  }

  static Stream<Arguments> weights() {
    return Stream.of(
            WeightScheme.lsq(8),
            WeightScheme.lsq(4),
            WeightScheme.lsq(2),
            WeightScheme.uniform(8),
            WeightScheme.uniform(4),
            WeightScheme.uniform(8).affine(),
            WeightScheme.uniform(16),
            WeightScheme.uniform(6).withPowerOfTwoScale())
        .flatMap(
            scheme -> LongStream.rangeClosed(1, 4).mapToObj(seed -> Arguments.of(scheme, seed)));
  }

  /** With the scale and the zero point that the weights are deployed with. */
  @ParameterizedTest(name = "{0}, seed {1}")
  @MethodSource("weights")
  void weights_anyScale_areTheDefinition(WeightScheme scheme, long seed) {
    Random random = new Random(seed);
    WeightQuantizer quantizer = scheme.quantizer();
    for (int i = 0; i < SCALES_PER_SEED; i++) {
      float scale = (float) Math.exp(random.nextDouble() * 10 - 8);
      QuantParams wanted = new QuantParams(scale, 0, scheme.codes());
      float[] row = values(random, wanted);
      if (!scheme.learns()) {
        clampTo(row, wanted.dequantize(scheme.codes().max()));
      }
      INDArray rows = Nd4j.createFromArray(new float[][] {row});
      INDArray step = scheme.learns() ? Nd4j.createFromArray(new float[] {scale}) : null;
      WeightCodes codes = quantizer.deploy(rows, step);
      QuantParams params =
          new QuantParams(codes.scales()[0], codes.zeroPoints()[0], scheme.codes());
      float[] trained = quantizer.fakeQuantize(rows, step).rows().ravel().toFloatVector();
      assertSame("" + params, row, expected(params, row), trained);
      int[] differences =
          IntStream.range(0, row.length)
              .map(j -> params.quantize(row[j]) - params.zeroPoint())
              .toArray();
      assertArrayEquals(differences, codes.differences());
    }
  }

  private static void clampTo(float[] row, float largest) {
    for (int i = 0; i < row.length; i++) {
      row[i] = Math.max(-largest, Math.min(largest, row[i]));
    }
  }

  /** The case in which the reciprocal goes the other way. */
  @Test
  void fakeQuantize_quotientJustAboveATie_goesToTheNearerCode() {
    float scale = 0.1f;
    QuantParams params = new QuantParams(scale, 0, IntRange.signed(8));
    float value = -0.15f;
    for (KernelFamily kernels : TrainingKernels.present(DataType.FLOAT)) {
      INDArray rounded =
          kernels
              .rounding()
              .orElseThrow()
              .round(
                  Nd4j.createFromArray(value),
                  -12.8f,
                  12.7f,
                  scale,
                  LayerWorkspaceMgr.noWorkspaces());
      assertEquals(params.fakeQuantize(value), rounded.getFloat(0), kernels.name());
    }
  }
}
