package org.qat4j.quantizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.qat4j.graph.Clip;
import org.qat4j.kernels.TrainingKernels;

/**
 * Forward values and gradients of every scheme against PyTorch, inside, outside and on the clip
 * edge. The vectors' generator is src/test/python/schemes.py.
 */
class SchemesGoldenTest {
  private static final JsonNode GOLDEN = golden();

  private static JsonNode golden() {
    try (InputStream in = SchemesGoldenTest.class.getResourceAsStream("/quantizers/schemes.json")) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  static Stream<Arguments> weights() {
    return Stream.of(
        Arguments.of("binary", WeightScheme.binary()),
        Arguments.of("ternary", WeightScheme.ternary().perChannel()),
        Arguments.of("dorefa1", WeightScheme.dorefa(1)),
        Arguments.of("dorefa2", WeightScheme.dorefa(2)),
        Arguments.of("dorefa4", WeightScheme.dorefa(4)),
        Arguments.of("dorefa7", WeightScheme.dorefa(7)),
        Arguments.of("uniform2", WeightScheme.uniform(2)),
        Arguments.of("uniform4", WeightScheme.uniform(4)),
        Arguments.of("uniform8", WeightScheme.uniform(8)),
        Arguments.of("affine4", WeightScheme.uniform(4).affine()),
        Arguments.of("meanStd4", WeightScheme.uniform(4).clippedTo(1.5)),
        Arguments.of("powerOfTwo3", WeightScheme.powerOfTwo(3)),
        Arguments.of("powerOfTwo4", WeightScheme.powerOfTwo(4)),
        Arguments.of("lsqWeights2", WeightScheme.lsq(2)),
        Arguments.of("lsqWeights3", WeightScheme.lsq(3)),
        Arguments.of("lsqWeights8", WeightScheme.lsq(8)));
  }

  static Stream<Arguments> activations() {
    return Stream.of(
        Arguments.of("pact1", ActivationScheme.pact(1), Clip.RELU),
        Arguments.of("pact2", ActivationScheme.pact(2), Clip.RELU),
        Arguments.of("pact4", ActivationScheme.pact(4), Clip.RELU),
        Arguments.of("lsqRelu2", ActivationScheme.lsq(2), Clip.RELU),
        Arguments.of("lsqSigned3", ActivationScheme.lsq(3).withSignedCodes(), Clip.NONE),
        Arguments.of("lsqPlus3", ActivationScheme.lsqPlus(3), Clip.NONE),
        Arguments.of("lsqRelu6", ActivationScheme.lsq(3), Clip.RELU6),
        Arguments.of("lsqPlusRelu3", ActivationScheme.lsqPlus(3), Clip.RELU));
  }

  private static INDArray array(JsonNode node) {
    if (!node.isArray()) {
      return Nd4j.createFromArray(node.asDouble());
    }
    if (!node.get(0).isArray()) {
      return Nd4j.createFromArray(vector(node));
    }
    double[][] rows =
        StreamSupport.stream(node.spliterator(), false)
            .map(SchemesGoldenTest::vector)
            .toArray(double[][]::new);
    return Nd4j.createFromArray(rows);
  }

  private static double[] vector(JsonNode node) {
    return StreamSupport.stream(node.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static void assertClose(INDArray expected, INDArray actual, double tolerance) {
    assertArrayEquals(
        expected.ravel().toDoubleVector(), actual.ravel().toDoubleVector(), tolerance);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("weights")
  void weights_values_equalPyTorchs(String name, WeightScheme scheme) {
    JsonNode golden = GOLDEN.get("cases").get(name);
    INDArray rows = array(golden.get("inputs").get(0));
    INDArray before = rows.dup();
    INDArray step = scheme.learns() ? array(golden.get("inputs").get(1)) : null;
    WeightQuantizer quantizer = scheme.quantizer();
    assertClose(array(golden.get("output")), quantizer.fakeQuantize(rows, step).rows(), 1e-12);
    INDArray gradient = array(golden.get("upstream"));
    INDArray stepGradient = step == null ? null : step.ulike();
    quantizer.backward(rows, step, gradient, stepGradient);
    assertClose(array(golden.get("gradients").get(0)), gradient, 1e-12);
    if (step != null) {
      assertClose(array(golden.get("gradients").get(1)), stepGradient, 1e-12);
    }
    assertEquals(before, rows, "weights unchanged");
  }

  /** Bounds and scales of activations are float32, hence the tolerance. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("activations")
  void activations_values_equalPyTorchs(String name, ActivationScheme scheme, Clip clip) {
    JsonNode golden = GOLDEN.get("cases").get(name);
    INDArray values = array(golden.get("inputs").get(0));
    INDArray parameter = Nd4j.create(DataType.DOUBLE, scheme.parameterLength());
    for (int i = 0; i < parameter.length(); i++) {
      parameter.putScalar(i, golden.get("inputs").get(i + 1).asDouble());
    }
    var kernels = TrainingKernels.of(DataType.DOUBLE);
    ActivationQuantizer quantizer = scheme.quantizer(clip, kernels.rounding());
    INDArray output =
        quantizer.forward(
            values,
            parameter,
            ActivationQuantizer.Mode.QUANTIZING,
            LayerWorkspaceMgr.noWorkspaces());
    assertClose(array(golden.get("output")), output, 1e-6);
    output.muli(-3); // As dropout may: Deeplearning4j lets a reader work in place.
    INDArray gradient = parameter.ulike();
    INDArray passed = quantizer.backward(array(golden.get("upstream")), parameter, gradient);
    JsonNode expected = golden.get("gradients");
    assertClose(array(expected.get(0)), passed, 0);
    for (int i = 0; i < gradient.length(); i++) {
      assertEquals(expected.get(i + 1).asDouble(), gradient.getDouble(i), 1e-6, "parameter " + i);
    }
  }

  @Test
  void learnedSteps_firstValues_areThePapers() {
    INDArray rows = Nd4j.createFromArray(new double[][] {{1, -1, 2, 0}, {0, 0, 0, 0}});
    INDArray step = Nd4j.create(DataType.DOUBLE, 2);
    WeightScheme.lsq(3).quantizer().fakeQuantize(rows, step);
    assertEquals(2 * 1.0 / Math.sqrt(3), step.getDouble(0), 1e-12);
    assertEquals(true, step.getDouble(1) > 0);
  }
}
