package org.qat4j.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationSoftSign;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Recurrence.Pass;
import org.qat4j.kernels.Recurrence.Weights;
import org.qat4j.kernels.nd4j.Nd4jKernels;

/** The reference against central differences, and every other kernel against the reference. */
class RecurrenceTest {
  private static final KernelFamily REFERENCE = new Nd4jKernels();
  private static final LayerWorkspaceMgr WORKSPACE = LayerWorkspaceMgr.noWorkspaces();
  private static final double STEP = 1e-6;

  private static final List<Cell> CELLS =
      List.of(
          new Cell.Lstm(new ActivationTanH(), new ActivationSigmoid(), false),
          new Cell.Lstm(new ActivationTanH(), new ActivationSigmoid(), true),
          new Cell.Lstm(new ActivationSoftSign(), new ActivationSigmoid(), true),
          new Cell.Simple(new ActivationTanH()));

  /** time, batch, features, units. */
  private static final List<long[]> SHAPES =
      List.of(
          new long[] {1, 1, 1, 1},
          new long[] {4, 3, 5, 2},
          new long[] {3, 1, 2, 7},
          new long[] {1, 4, 3, 3},
          new long[] {9, 20, 33, 16});

  private static INDArray random(Random random, DataType type, char order, long... shape) {
    INDArray array = Nd4j.create(type, shape, order);
    for (long i = 0; i < array.length(); i++) {
      array.putScalar(i, random.nextGaussian() * 0.7);
    }
    return array;
  }

  private static Weights weights(Cell cell, DataType type, long[] s, Random random) {
    long columns = cell.gates() * s[3];
    boolean peepholes = cell instanceof Cell.Lstm lstm && lstm.peepholes();
    return new Weights(
        random(random, type, 'f', s[2], columns),
        random(random, type, 'f', s[3], peepholes ? columns + 3 : columns),
        random(random, type, 'c', columns));
  }

  private static Weights like(Weights weights) {
    return new Weights(
        weights.input().ulike(), weights.recurrent().ulike(), weights.bias().ulike());
  }

  private static Pass pass(Cell cell, DataType type, long[] s, boolean masked) {
    Random random = new Random(Arrays.hashCode(s));
    INDArray[] initial = new INDArray[cell.states()];
    for (int i = 0; i < initial.length; i++) {
      initial[i] = random(random, type, 'c', s[1], s[3]);
    }
    INDArray mask = masked ? Nd4j.ones(type, s[1], s[0]) : null;
    if (masked) {
      mask.putScalar(0, s[0] - 1, 0);
      mask.putScalar(s[1] - 1, 0, 0);
    }
    INDArray input = random(random, type, 'c', s[0], s[1], s[2]);
    return new Pass(input, weights(cell, type, s, random), initial, mask);
  }

  private static INDArray[] states(Pass pass) {
    return Arrays.stream(pass.initial()).map(INDArray::ulike).toArray(INDArray[]::new);
  }

  private static INDArray epsilon(Pass pass) {
    INDArray epsilon =
        random(
            new Random(4), pass.input().dataType(), 'c', pass.batch(), pass.units(), pass.time());
    return epsilon.permute(2, 0, 1);
  }

  static Stream<Arguments> references() {
    return CELLS.stream()
        .flatMap(
            cell ->
                SHAPES.subList(0, 4).stream()
                    .flatMap(
                        shape ->
                            Stream.of(false, true).map(mask -> Arguments.of(cell, shape, mask))));
  }

  @ParameterizedTest(name = "{0} {index}, masked {2}")
  @MethodSource("references")
  void reference_ofAnyState_hasTheGradientOfCentralDifferences(
      Cell cell, long[] shape, boolean masked) {
    Recurrence kernel = REFERENCE.recurrence(cell, masked).orElseThrow();
    Pass pass = pass(cell, DataType.DOUBLE, shape, masked);
    INDArray epsilon = epsilon(pass);
    Weights gradients = like(pass.weights());
    kernel.forward(pass, states(pass), WORKSPACE);
    INDArray inputGradient = kernel.backward(pass, epsilon, gradients, WORKSPACE);
    compare(kernel, pass, epsilon, pass.input(), inputGradient, "input");
    compare(kernel, pass, epsilon, pass.weights().input(), gradients.input(), "input weights");
    compare(kernel, pass, epsilon, pass.weights().recurrent(), gradients.recurrent(), "recurrent");
    compare(kernel, pass, epsilon, pass.weights().bias(), gradients.bias(), "bias");
  }

  private static void compare(
      Recurrence kernel, Pass pass, INDArray epsilon, INDArray of, INDArray gradient, String what) {
    for (long i = 0; i < of.length(); i += 1 + of.length() / 12) {
      double value = of.getDouble(i);
      of.putScalar(i, value + STEP);
      double plus = loss(kernel, pass, epsilon);
      of.putScalar(i, value - STEP);
      double minus = loss(kernel, pass, epsilon);
      of.putScalar(i, value);
      assertEquals((plus - minus) / (2 * STEP), gradient.getDouble(i), 1e-7, what + " " + i);
    }
  }

  private static double loss(Recurrence kernel, Pass pass, INDArray epsilon) {
    return kernel
        .forward(pass, states(pass), WORKSPACE)
        .mul(epsilon.dup('c'))
        .sumNumber()
        .doubleValue();
  }

  static Stream<Arguments> others() {
    return TrainingKernels.present(DataType.FLOAT).stream()
        .filter(family -> !family.name().equals(REFERENCE.name()))
        .flatMap(
            family ->
                CELLS.stream()
                    .flatMap(
                        cell ->
                            SHAPES.stream()
                                .map(s -> Arguments.of(family.name(), family, cell, s))));
  }

  @ParameterizedTest(name = "{0} {2} {index}")
  @MethodSource("others")
  void forwardAndBackward_otherFamily_equalTheReference(
      String name, KernelFamily family, Cell cell, long[] shape) {
    Optional<Recurrence> kernel = family.recurrence(cell, false);
    if (kernel.isEmpty()) {
      return;
    }
    for (int run = 0; run < 2; run++) { // Gradients must not pile up.
      Pass pass = pass(cell, DataType.FLOAT, shape, false);
      INDArray[] expected = all(REFERENCE.recurrence(cell, false).orElseThrow(), pass);
      INDArray[] actual = all(kernel.get(), pass);
      for (int i = 0; i < expected.length; i++) {
        assertClose(expected[i], actual[i], "result " + i);
      }
    }
  }

  /** Outputs, which a reader then overwrites, states, and gradients. */
  private static INDArray[] all(Recurrence kernel, Pass pass) {
    INDArray[] last = states(pass);
    Weights gradients = like(pass.weights());
    INDArray output = kernel.forward(pass, last, WORKSPACE);
    INDArray copy = output.dup('c');
    output.assign(Double.NaN);
    INDArray inputGradient = kernel.backward(pass, epsilon(pass), gradients, WORKSPACE);
    Stream<INDArray> others =
        Stream.of(copy, inputGradient, gradients.input(), gradients.recurrent(), gradients.bias());
    return Stream.concat(others, Arrays.stream(last)).toArray(INDArray[]::new);
  }

  private static void assertClose(INDArray expected, INDArray actual, String what) {
    assertArrayEquals(expected.shape(), actual.shape(), what);
    double scale = 1 + expected.amaxNumber().doubleValue();
    assertEquals(0, expected.sub(actual).amaxNumber().doubleValue() / scale, 2e-5, what);
  }
}
