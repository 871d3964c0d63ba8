package org.qat4j.layers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

class FakeQuantizerTest {

  @ParameterizedTest(name = "seed {0}, {1} bits, {2}")
  @CsvSource({"1, 8, FLOAT", "2, 4, FLOAT", "3, 2, FLOAT", "4, 8, DOUBLE"})
  void activations_randomValues_equalTheScalarDefinition(long seed, int bits, DataType type) {
    Random random = new Random(seed);
    QuantParams params = QuantParams.affine(-1.3f, 2.7f, IntRange.unsigned(bits));
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian() * 2;
    }
    INDArray result = FakeQuantizer.activations(Nd4j.createFromArray(values).castTo(type), params);
    for (int i = 0; i < values.length; i++) {
      assertEquals(params.fakeQuantize(values[i]), result.getFloat(i), 1e-6f, "value " + values[i]);
    }
  }

  @Test
  void weights_eachRow_usesItsOwnScale() {
    INDArray rows =
        Nd4j.createFromArray(new float[][] {{1f, -0.5f, 0.26f}, {0f, 0f, 0f}, {10f, 4.9f, -10f}});
    INDArray result = FakeQuantizer.weights(rows, IntRange.signedNarrow(2));
    assertArrayEquals(new float[] {1f, 0f, 0f}, result.getRow(0).toFloatVector());
    assertArrayEquals(new float[] {0f, 0f, 0f}, result.getRow(1).toFloatVector());
    assertArrayEquals(new float[] {10f, 0f, -10f}, result.getRow(2).toFloatVector());
    assertEquals(-0.5f, rows.getFloat(0, 1), "input unchanged");
  }

  @Test
  void mask_boundsOfTheRepresentableInterval_passTheGradient() {
    QuantParams params = new QuantParams(0.5f, 2, new IntRange(0, 6));
    float below = Math.nextDown(-1f);
    float above = Math.nextUp(2f);
    INDArray values = Nd4j.createFromArray(below, -1f, 0f, 2f, above);
    INDArray passed =
        Interval.EVERYTHING.intersectClosed(params).mask(Nd4j.ones(DataType.FLOAT, 5), values);
    assertArrayEquals(new float[] {0f, 1f, 1f, 1f, 0f}, passed.toFloatVector());
  }

  @Test
  void mask_relu_blocksZeroAndBelow() {
    INDArray values = Nd4j.createFromArray(-1f, 0f, Float.MIN_NORMAL, 3f);
    INDArray passed =
        new Interval(0, Double.POSITIVE_INFINITY).mask(Nd4j.ones(DataType.FLOAT, 4), values);
    assertArrayEquals(new float[] {0f, 0f, 1f, 1f}, passed.toFloatVector());
  }
}
