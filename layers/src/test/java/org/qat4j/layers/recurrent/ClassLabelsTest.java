package org.qat4j.layers.recurrent;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

class ClassLabelsTest {
  private static final int[][] SHAPES = {{3, 7, 5}, {1, 7, 5}, {3, 1, 5}, {3, 7, 1}, {2, 9, 8}};

  /** Random classes, and no class once in a while. */
  private static int[] classes(int[] shape) {
    Random random = new Random(Arrays.hashCode(shape));
    return random.ints((long) shape[0] * shape[2], -1, shape[1]).toArray();
  }

  private static INDArray labels(DataType type, int[] shape, int[] classes, char order) {
    INDArray labels = Nd4j.create(type, new long[] {shape[0], shape[1], shape[2]}, order);
    for (int row = 0; row < classes.length; row++) {
      if (classes[row] >= 0) {
        labels.putScalar(new long[] {row % shape[0], classes[row], row / shape[0]}, 1);
      }
    }
    return labels;
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"FLOAT", "DOUBLE", "HALF", "BYTE", "LONG"})
  void of_anyOrder_namesTheClassOfEachStep(DataType type) {
    for (int[] shape : SHAPES) {
      int[] classes = classes(shape);
      for (char order : new char[] {'c', 'f'}) {
        INDArray labels = labels(type, shape, classes, order);
        assertArrayEquals(classes, ClassLabels.of(labels), Arrays.toString(shape) + order);
        INDArray lastFirst = labels.permute(2, 1, 0).dup('c').permute(2, 1, 0);
        assertArrayEquals(classes, ClassLabels.of(lastFirst), Arrays.toString(shape));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"FLOAT", "BYTE"})
  void of_partOfLongerSequences_namesTheClassOfEachStep(DataType type) {
    int[] shape = {3, 7, 9};
    int[] classes = classes(shape);
    for (char order : new char[] {'c', 'f'}) {
      INDArray part = labels(type, shape, classes, order).get(all(), all(), interval(2, 6));
      assertArrayEquals(Arrays.copyOfRange(classes, 2 * 3, 6 * 3), ClassLabels.of(part));
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void of_labelsThatAreNoOneHot_isNull(DataType type) {
    int[] shape = {2, 4, 3};
    for (double other : new double[] {0.5, 2, -1, Double.NaN}) {
      INDArray labels = labels(type, shape, classes(shape), 'c');
      labels.putScalar(new long[] {1, 3, 2}, other);
      assertNull(ClassLabels.of(labels), "a label of " + other);
    }
    INDArray twice = labels(type, shape, new int[] {0, 0, 0, 0, 0, 0}, 'c');
    twice.putScalar(new long[] {0, 2, 1}, 1);
    assertNull(ClassLabels.of(twice));
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource(names = {"FLOAT", "DOUBLE"})
  void of_minusZero_isZero(DataType type) {
    int[] shape = {2, 4, 3};
    int[] classes = classes(shape);
    INDArray labels = labels(type, shape, classes, 'c');
    for (long i = 0; i < labels.length(); i++) {
      if (labels.getDouble(i) == 0) {
        labels.putScalar(i, -0.0);
      }
    }
    assertArrayEquals(classes, ClassLabels.of(labels));
  }
}
