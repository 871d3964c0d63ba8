package org.qat4j.distillation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationSoftmax;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.lossfunctions.ILossFunction;
import org.nd4j.linalg.lossfunctions.impl.LossL2;
import org.nd4j.linalg.lossfunctions.impl.LossMAE;
import org.nd4j.linalg.lossfunctions.impl.LossMCXENT;
import org.nd4j.linalg.lossfunctions.impl.LossMSE;
import org.nd4j.linalg.lossfunctions.impl.LossPoisson;
import org.nd4j.linalg.lossfunctions.impl.LossSquaredHinge;

class DistillationLossTest {
  private static final IActivation SOFTMAX = new ActivationSoftmax();
  private static final int BATCH = 5;
  private static final int CLASSES = 7;

  /** One case of what distillation.py computed with PyTorch. */
  private record Golden(Map<String, INDArray> rows) {
    DistillationLoss loss() {
      INDArray numbers = rows.get("case");
      return new DistillationLoss(exactLabelLoss(), numbers.getDouble(0), numbers.getDouble(1));
    }

    INDArray examples(String name) {
      return rows.get(name).reshape(BATCH, CLASSES);
    }

    INDArray labels() {
      return DistillationLoss.join(examples("labels"), examples("teacher"));
    }

    @Override
    public String toString() {
      return "T and weight " + rows.get("case");
    }
  }

  /** Cross entropy without Deeplearning4j's clipping of probabilities, which PyTorch has not. */
  private static LossMCXENT exactLabelLoss() {
    LossMCXENT loss = new LossMCXENT();
    loss.setSoftmaxClipEps(0);
    return loss;
  }

  static Stream<Golden> golden() throws IOException {
    List<Golden> cases = new ArrayList<>();
    try (InputStream in =
        DistillationLossTest.class.getResourceAsStream("/distillation/pytorch.csv")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList()) {
        if (line.startsWith("#")) {
          continue;
        }
        List<String> cells = List.of(line.split(",", -1));
        if (cells.get(0).equals("case")) {
          cases.add(new Golden(new HashMap<>()));
        }
        double[] numbers = cells.stream().skip(1).mapToDouble(Double::parseDouble).toArray();
        cases.get(cases.size() - 1).rows().put(cells.get(0), Nd4j.createFromArray(numbers));
      }
    }
    return cases.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("golden")
  void computeScoreArray_golden_equalsPyTorch(Golden golden) {
    INDArray losses =
        golden.loss().computeScoreArray(golden.labels(), golden.examples("student"), SOFTMAX, null);
    assertClose(golden.rows().get("losses"), losses, 1e-12);
    double sum =
        golden
            .loss()
            .computeScore(golden.labels(), golden.examples("student"), SOFTMAX, null, false);
    assertEquals(golden.rows().get("losses").sumNumber().doubleValue(), sum, 1e-11);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("golden")
  void computeGradient_golden_equalsPyTorch(Golden golden) {
    INDArray gradient =
        golden.loss().computeGradient(golden.labels(), golden.examples("student"), SOFTMAX, null);
    assertClose(golden.rows().get("gradient"), gradient, 1e-12);
  }

  private static void assertClose(INDArray expected, INDArray actual, double tolerance) {
    INDArray difference = actual.reshape(expected.shape()).sub(expected);
    assertEquals(0, difference.amaxNumber().doubleValue(), tolerance);
  }

  @ParameterizedTest(name = "temperature {0}, weight {1}")
  @CsvSource({"1, 0.3", "4, 0.7", "8, 1", "0.5, 0.5"})
  void computeGradient_everyLogit_equalsCentralDifferences(double temperature, double weight) {
    DistillationLoss loss = new DistillationLoss(new LossMCXENT(), temperature, weight);
    Nd4j.getRandom().setSeed(3);
    INDArray logits = Nd4j.randn(DataType.DOUBLE, 3, 4).muli(2);
    INDArray labels =
        DistillationLoss.join(
            Nd4j.eye(4).get(org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 3)),
            Nd4j.randn(DataType.DOUBLE, 3, 4).muli(2));
    INDArray mask = Nd4j.createFromArray(new double[][] {{1}, {0}, {1}});
    INDArray gradient = loss.computeGradient(labels, logits, SOFTMAX, mask);
    for (int i = 0; i < logits.length(); i++) {
      double plus = loss.computeScore(labels, moved(logits, i, 1e-6), SOFTMAX, mask, false);
      double minus = loss.computeScore(labels, moved(logits, i, -1e-6), SOFTMAX, mask, false);
      assertEquals((plus - minus) / 2e-6, gradient.getDouble(i), 1e-7, "logit " + i);
    }
    assertEquals(0, gradient.getRow(1).amaxNumber().doubleValue(), "masked example");
  }

  static Stream<ILossFunction> lossesInPlace() {
    return Stream.of(
        new LossMSE(), new LossL2(), new LossMAE(), new LossPoisson(), new LossSquaredHinge());
  }

  /** Deeplearning4j's gradients of these leave the probabilities where the logits were. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("lossesInPlace")
  void computeGradient_labelLossThatWorksInPlace_equalsCentralDifferences(ILossFunction labelLoss) {
    DistillationLoss loss = new DistillationLoss(labelLoss, 3, 0.6);
    Nd4j.getRandom().setSeed(5);
    INDArray logits = Nd4j.randn(DataType.DOUBLE, 3, 4).muli(2);
    INDArray given = logits.dup();
    INDArray labels =
        DistillationLoss.join(
            Nd4j.eye(4).get(org.nd4j.linalg.indexing.NDArrayIndex.interval(0, 3)),
            Nd4j.randn(DataType.DOUBLE, 3, 4).muli(2));
    INDArray gradient = loss.computeGradient(labels, given, SOFTMAX, null);
    for (int i = 0; i < logits.length(); i++) {
      double plus = loss.computeScore(labels, moved(logits, i, 1e-6), SOFTMAX, null, false);
      double minus = loss.computeScore(labels, moved(logits, i, -1e-6), SOFTMAX, null, false);
      assertEquals((plus - minus) / 2e-6, gradient.getDouble(i), 1e-7, "logit " + i);
    }
    assertEquals(logits, given, "the student's logits");
  }

  private static INDArray moved(INDArray logits, int index, double step) {
    INDArray moved = logits.dup();
    moved.putScalar(index, logits.getDouble(index) + step);
    return moved;
  }

  @Test
  void computeGradient_largeTemperature_isIndependentOfIt() {
    INDArray logits = Nd4j.createFromArray(new double[][] {{1, -2, 0.5}});
    INDArray labels =
        DistillationLoss.join(
            Nd4j.createFromArray(new double[][] {{1, 0, 0}}),
            Nd4j.createFromArray(new double[][] {{0.3, 0.7, -1}}));
    INDArray warm =
        new DistillationLoss(new LossMCXENT(), 1e3, 1)
            .computeGradient(labels, logits, SOFTMAX, null);
    INDArray hot =
        new DistillationLoss(new LossMCXENT(), 1e4, 1)
            .computeGradient(labels, logits, SOFTMAX, null);
    assertClose(hot, warm, 1e-3);
    assertTrue(hot.norm2Number().doubleValue() > 0.1);
  }

  @Test
  void computeScore_ordinaryLabels_isTheLabelLoss() {
    DistillationLoss loss = new DistillationLoss(new LossMCXENT(), 4, 0.7);
    INDArray logits = Nd4j.createFromArray(new double[][] {{1, -2, 0.5}});
    INDArray labels = Nd4j.createFromArray(new double[][] {{0, 1, 0}});
    assertEquals(
        new LossMCXENT().computeScore(labels, logits, SOFTMAX, null, true),
        loss.computeScore(labels, logits, SOFTMAX, null, true));
    assertEquals(
        new LossMCXENT().computeGradient(labels, logits, SOFTMAX, null),
        new DistillationLoss(new LossMCXENT(), 4, 0)
            .computeGradient(labels, logits, SOFTMAX, null));
  }

  @Test
  void computeScore_otherWidth_saysWhatIsExpected() {
    DistillationLoss loss = new DistillationLoss(new LossMCXENT(), 4, 0.7);
    INDArray logits = Nd4j.zeros(DataType.DOUBLE, 1, 3);
    INDArray labels = Nd4j.zeros(DataType.DOUBLE, 1, 4);
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> loss.computeScore(labels, logits, SOFTMAX, null, true));
    assertEquals(
        "distillation loss: labels have 4 columns; expected 3 (ordinary labels) or 6 (with the teacher's logits, from"
            + " Distillation.labels)",
        error.getMessage());
  }

  @Test
  void new_numbersOutOfRange_areRefused() {
    var cold =
        assertThrows(
            IllegalArgumentException.class, () -> new DistillationLoss(new LossMCXENT(), 0, 0.5));
    assertEquals(
        "temperature must be finite and > 0, got 0.0; 1 to 20 are usual", cold.getMessage());
    var heavy =
        assertThrows(
            IllegalArgumentException.class, () -> new DistillationLoss(new LossMCXENT(), 4, 1.5));
    assertEquals("weight of the teacher must be in [0, 1], got 1.5", heavy.getMessage());
  }
}
