package org.qat4j.cli.evaluation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.qat4j.cli.data.Digits;
import org.qat4j.cli.data.Labelled;

class ClassifierTest {
  private static final Labelled DATA = Digits.draw(25, 1, Digits.Part.TEST);

  /** Scores that put image i into class i mod 3, in ties with a higher class. */
  private static final Classifier BY_NUMBER =
      (inputs, from, to) -> {
        float[] scores = new float[(to - from) * 4];
        for (int i = from; i < to; i++) {
          scores[(i - from) * 4 + i % 3] = 1;
          scores[(i - from) * 4 + 3] = 1;
        }
        return scores;
      };

  @Test
  void predict_batchThatDoesNotDivide_coversEveryImageAndBreaksTiesDownwards() {
    int[] expected = new int[25];
    for (int i = 0; i < 25; i++) {
      expected[i] = i % 3;
    }

    assertArrayEquals(expected, BY_NUMBER.predict(DATA.inputs(), 7));
  }

  @Test
  void of_predictionsWithSomeRight_isTheirFraction() {
    int[] predicted = new int[25];

    assertEquals(3 / 25.0, Accuracy.of(predicted, DATA));
  }
}
