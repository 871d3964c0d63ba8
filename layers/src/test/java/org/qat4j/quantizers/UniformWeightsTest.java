package org.qat4j.quantizers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class UniformWeightsTest {

  @Test
  void fakeQuantize_eachRow_usesItsOwnScale() {
    INDArray rows =
        Nd4j.createFromArray(new float[][] {{1f, -0.5f, 0.26f}, {0f, 0f, 0f}, {10f, 4.9f, -10f}});
    INDArray result = WeightScheme.uniform(2).quantizer().fakeQuantize(rows, null).rows();
    assertArrayEquals(new float[] {1f, 0f, 0f}, result.getRow(0).toFloatVector());
    assertArrayEquals(new float[] {0f, 0f, 0f}, result.getRow(1).toFloatVector());
    assertArrayEquals(new float[] {10f, 0f, -10f}, result.getRow(2).toFloatVector());
    assertEquals(-0.5f, rows.getFloat(0, 1), "input unchanged");
  }
}
