package org.qat4j.kernels.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.bytedeco.dnnl.binary;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** What native code would read or write out of bounds, or in the wrong order, does not reach it. */
class CallTest {
  private static Call sum(memory.desc layout) {
    var description =
        new binary.primitive_desc(
            OneDnnKernels.engine(), dnnl.dnnl_binary_add, layout, layout, layout);
    return new Call(description, new binary(description))
        .slot(dnnl.DNNL_ARG_SRC_0, layout)
        .slot(dnnl.DNNL_ARG_SRC_1, layout)
        .slot(dnnl.DNNL_ARG_DST, layout);
  }

  private static INDArray ones(long... shape) {
    return Nd4j.ones(DataType.FLOAT, shape);
  }

  static Stream<Arguments> misfits() {
    INDArray nchw = ones(2, 3, 4, 5);
    return Stream.of(
        Arguments.of(
            "fewer elements", ones(2, 3, 4, 4), "FLOAT [2, 3, 4, 4], strides [48, 16, 4, 1]"),
        Arguments.of(
            "more elements", ones(2, 3, 4, 6), "FLOAT [2, 3, 4, 6], strides [72, 24, 6, 1]"),
        Arguments.of("another order", nchw, "FLOAT [2, 3, 4, 5], strides [60, 20, 5, 1]"),
        Arguments.of(
            "another type",
            nchw.castTo(DataType.DOUBLE),
            "DOUBLE [2, 3, 4, 5], strides [60, 20, 5, 1]"),
        Arguments.of(
            "sizes exchanged",
            ones(2, 5, 4, 3).permute(0, 3, 1, 2),
            "FLOAT [2, 3, 5, 4], strides [60, 1, 12, 3]"),
        Arguments.of("gaps", ones(120, 2).getColumn(1), "FLOAT [120], strides [2]"),
        Arguments.of(
            "one element, repeated",
            Nd4j.create(ones(1).data(), new long[] {120}, new long[] {0}, 0),
            "FLOAT [120], strides [0]"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("misfits")
  void run_arrayThatDoesNotFitItsSlot_isRefused(String what, INDArray array, String actual) {
    Call call = sum(Layouts.channelsLast(new long[] {2, 3, 4, 5}));
    INDArray right = ones(2, 4, 5, 3).permute(0, 3, 1, 2);
    for (int slot = 0; slot < 3; slot++) {
      INDArray[] arrays = {right, right, right.dup()};
      arrays[2] = ones(2, 4, 5, 3).permute(0, 3, 1, 2);
      arrays[slot] = array;
      var error = assertThrows(IllegalArgumentException.class, () -> call.run(arrays));
      assertTrue(
          error
              .getMessage()
              .endsWith(
                  ": array "
                      + slot
                      + " must be FLOAT [2, 3, 4, 5], strides [60, 1, 15, 3]; got "
                      + actual),
          error.getMessage());
    }
  }

  @Test
  void run_arrayOfAnotherRankWithoutGaps_isTakenInMemoryOrder() {
    INDArray result = ones(6, 20);
    sum(Layouts.plain(120)).run(ones(2, 4, 5, 3).permute(0, 3, 1, 2), ones(120, 1), result);
    assertEquals(240, result.sumNumber().intValue());
  }
}
