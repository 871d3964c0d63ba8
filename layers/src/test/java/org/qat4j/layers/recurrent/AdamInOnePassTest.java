package org.qat4j.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

class AdamInOnePassTest {
  private static INDArray run(IUpdater updater, DataType type, int length) {
    INDArray state =
        Nd4j.create(type, 2 * length + 3).get(NDArrayIndex.interval(3, 2 * length + 3));
    GradientUpdater<?> running = updater.instantiate(state, true);
    INDArray all = Nd4j.create(type, 5, length);
    Random random = new Random(2);
    for (int step = 0; step < 5; step++) {
      INDArray gradient = Nd4j.create(type, length);
      for (int i = 0; i < length; i++) {
        gradient.putScalar(i, i % 7 == 0 ? 0 : random.nextGaussian() * Math.pow(10, i % 5 - 3));
      }
      running.applyUpdater(gradient, step, 0);
      all.getRow(step).assign(gradient);
    }
    return Nd4j.concat(0, Nd4j.toFlattened(all), state.dup());
  }

  @ParameterizedTest(name = "{0} parameters")
  @ValueSource(ints = {1, 1023, 1024, 1025, 5000})
  void updates_severalSteps_equalDeeplearning4js(int length) {
    for (Adam adam :
        new Adam[] {
          new Adam(0.003),
          new Adam(0.01, 0.8, 0.9, 1e-4),
          new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.01, 0.5))
        }) {
      for (DataType type : new DataType[] {DataType.FLOAT, DataType.DOUBLE}) {
        double[] expected = run(adam, type, length).toDoubleVector();
        // ND4J computes 1 - beta^t in float32.
        double tolerance = type == DataType.FLOAT ? 1e-4 : 0;
        double[] actual = run(AdamInOnePass.of(adam), type, length).toDoubleVector();
        for (int i = 0; i < expected.length; i++) {
          assertEquals(expected[i], actual[i], tolerance * Math.abs(expected[i]), adam + " " + i);
        }
      }
    }
  }

  @Test
  void clone_ofAChangedOne_isEqualAndApart() {
    AdamInOnePass adam = (AdamInOnePass) AdamInOnePass.of(new Adam(0.02, 0.7, 0.8, 1e-5));
    AdamInOnePass clone = adam.clone();
    assertEquals(adam, clone);
    clone.setLearningRate(3);
    assertArrayEquals(
        new double[] {0.02, 3}, new double[] {adam.getLearningRate(), clone.getLearningRate()});
  }

  @Test
  void of_anotherUpdater_isThatUpdater() {
    Sgd sgd = new Sgd(1);
    assertSame(sgd, AdamInOnePass.of(sgd));
  }
}
