package org.qat4j.kernels.onednn;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.reorder;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Recurrence.Pass;
import org.qat4j.kernels.Recurrence.Weights;

/**
 * Weights of a recurrent layer, or their gradients, in memory as a primitive wants it: oneDNN's
 * gates are input, forget, candidate, output, and its peepholes input, forget, output.
 */
final class LstmWeights {
  /** Where each of Deeplearning4j's gates stands: candidate, forget, output, input. */
  private static final int[] GATES = {2, 1, 3, 0};

  /** Where each of Deeplearning4j's peepholes stands: forget, output, input. */
  private static final int[] PEEPHOLES = {1, 2, 0};

  private final long units;
  private final Part input;
  private final Part recurrent;
  private final Part bias;
  private final Part peepholes;

  LstmWeights(Pass pass, memory.desc input, memory.desc recurrent, boolean peepholes) {
    units = pass.units();
    this.input = new Part(input, pass.weights().features(), units, GATES);
    this.recurrent = new Part(recurrent, units, units, GATES);
    bias = new Part(Layouts.plain(1, 1, 4, units), 1, units, GATES);
    this.peepholes =
        peepholes ? new Part(Layouts.plain(1, 1, 3, units), 1, units, PEEPHOLES) : null;
  }

  void bindTo(Call call) {
    call.bound(dnnl.DNNL_ARG_WEIGHTS_LAYER, input.own)
        .bound(dnnl.DNNL_ARG_WEIGHTS_ITER, recurrent.own)
        .bound(dnnl.DNNL_ARG_BIAS, bias.own);
    if (peepholes != null) {
      call.bound(dnnl.DNNL_ARG_WEIGHTS_PEEPHOLE, peepholes.own);
    }
  }

  void bindGradientsTo(Call call) {
    call.bound(dnnl.DNNL_ARG_DIFF_WEIGHTS_LAYER, input.own)
        .bound(dnnl.DNNL_ARG_DIFF_WEIGHTS_ITER, recurrent.own)
        .bound(dnnl.DNNL_ARG_DIFF_BIAS, bias.own);
    if (peepholes != null) {
      call.bound(dnnl.DNNL_ARG_DIFF_WEIGHTS_PEEPHOLE, peepholes.own);
    }
  }

  /** Copies Deeplearning4j's weights here. */
  void take(Weights weights) {
    move(weights, Part::take);
  }

  /** Copies gradients to Deeplearning4j's views. */
  void give(Weights weights) {
    move(weights, Part::give);
  }

  /** To a part from its columns, or back. */
  private interface Move {
    void accept(Part part, INDArray columns);
  }

  private void move(Weights weights, Move move) {
    move.accept(input, weights.input());
    move.accept(recurrent, weights.recurrent());
    move.accept(bias, weights.bias().reshape(1, weights.bias().length()));
    if (peepholes != null) {
      INDArray seen = weights.recurrent().get(all(), interval(4 * units, 4 * units + 3));
      // In column order each peephole is a run of values, as a gate's bias is.
      move.accept(peepholes, seen.reshape('f', 1, 3 * units));
    }
  }

  /** Makes all zero: the backward pass adds to gradients of weights. */
  void clear() {
    for (Part part : new Part[] {input, recurrent, bias, peepholes}) {
      if (part != null) {
        Pointer.memset(part.own.get_data_handle(), 0, part.layout.get_size());
      }
    }
  }

  /** Those of one kind, gate by gate. */
  private static final class Part {
    private final memory.desc layout;
    private final memory own;
    private final long units;
    private final List<Call> take = new ArrayList<>();
    private final List<Call> give = new ArrayList<>();

    /**
     * @param layout with gates and units as its last axes
     * @param rows of each gate's columns
     * @param places where each gate goes
     */
    Part(memory.desc layout, long rows, long units, int[] places) {
      this.layout = layout;
      this.units = units;
      own = new memory(layout, OneDnnKernels.engine());
      long[] dims = new long[layout.get_ndims()];
      layout.get_dims().get(dims);
      dims[dims.length - 2] = 1;
      for (int place : places) {
        long[] offsets = new long[dims.length];
        offsets[dims.length - 2] = place;
        memory.desc there = layout.submemory_desc(dims, offsets, false);
        memory.desc here = columns(dims, rows);
        memory gate = new memory(there, OneDnnKernels.engine(), own.get_data_handle());
        take.add(copy(here, there).slot(dnnl.DNNL_ARG_FROM, here).bound(dnnl.DNNL_ARG_TO, gate));
        give.add(copy(there, here).bound(dnnl.DNNL_ARG_FROM, gate).slot(dnnl.DNNL_ARG_TO, here));
      }
    }

    /** One gate's columns, one behind the other. */
    private static memory.desc columns(long[] dims, long rows) {
      long[] strides = new long[dims.length];
      Arrays.fill(strides, 1);
      strides[dims.length - 1] = rows;
      return new memory.desc(dims, memory.data_type.f32, strides);
    }

    private static Call copy(memory.desc from, memory.desc to) {
      var description =
          new reorder.primitive_desc(OneDnnKernels.engine(), from, OneDnnKernels.engine(), to);
      return new Call(description, new reorder(description));
    }

    void take(INDArray columns) {
      run(take, columns);
    }

    void give(INDArray columns) {
      run(give, columns);
    }

    private void run(List<Call> calls, INDArray columns) {
      for (int i = 0; i < calls.size(); i++) {
        calls.get(i).run(columns.get(all(), interval(i * units, (i + 1) * units)));
      }
    }
  }
}
