package org.qat4j.kernels.onednn;

import java.util.Arrays;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.lstm_backward;
import org.bytedeco.dnnl.lstm_forward;
import org.bytedeco.dnnl.memory;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.activations.impl.ActivationSigmoid;
import org.nd4j.linalg.activations.impl.ActivationTanH;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.Cell;
import org.qat4j.kernels.Recurrence;

/** Long short-term memory as one primitive each way, with everything it keeps in its own memory. */
final class OneDnnLstm implements Recurrence {
  private final boolean peepholes;
  private Primitives primitives;

  OneDnnLstm(Cell.Lstm cell) {
    peepholes = cell.peepholes();
  }

  /** Whether oneDNN has the cell: its activations are given. */
  static boolean has(Cell.Lstm cell) {
    return cell.activation().getClass() == ActivationTanH.class
        && cell.gate().getClass() == ActivationSigmoid.class;
  }

  @Override
  public INDArray forward(Pass pass, INDArray[] last, LayerWorkspaceMgr workspace) {
    long[] shape = {pass.time(), pass.batch(), pass.units()};
    INDArray result =
        workspace.createUninitialized(ArrayType.ACTIVATIONS, DataType.FLOAT, shape, 'c');
    if (primitives == null || !primitives.fit(pass)) {
      primitives = new Primitives(pass, peepholes);
    }
    primitives.forward(pass, last, result);
    return result;
  }

  @Override
  public INDArray backward(
      Pass pass, INDArray epsilon, Weights gradients, LayerWorkspaceMgr workspace) {
    INDArray result =
        workspace.createUninitialized(
            ArrayType.ACTIVATION_GRAD, DataType.FLOAT, pass.input().shape(), 'c');
    primitives.backward(pass, Layouts.working(epsilon), gradients, result);
    return result;
  }

  /** All primitives for one shape. */
  private static final class Primitives {
    private final long[] shape;
    private final LstmWeights forwardWeights;
    private final LstmWeights backwardWeights;
    private final LstmWeights gradients;
    private final Reordered outputs;
    private final Reordered lastOutput;
    private final Reordered lastMemory;
    private final Call forward;
    private final Call backward;

    Primitives(Pass pass, boolean peepholes) {
      shape = shape(pass);
      Layers layers = new Layers(pass, peepholes);
      lstm_forward.primitive_desc forwardDesc = layers.forward();
      lstm_backward.primitive_desc backwardDesc = layers.backward(forwardDesc);
      forwardWeights =
          new LstmWeights(
              pass, forwardDesc.weights_layer_desc(), forwardDesc.weights_iter_desc(), peepholes);
      backwardWeights =
          new LstmWeights(
              pass, backwardDesc.weights_layer_desc(), backwardDesc.weights_iter_desc(), peepholes);
      gradients =
          new LstmWeights(
              pass,
              backwardDesc.diff_weights_layer_desc(),
              backwardDesc.diff_weights_iter_desc(),
              peepholes);
      outputs = Reordered.outOf(layers.output, layers.output);
      lastOutput = Reordered.outOf(layers.state, layers.state);
      lastMemory = Reordered.outOf(layers.state, layers.state);
      memory workspace = own(forwardDesc.workspace_desc());
      forward =
          new Call(forwardDesc, new lstm_forward(forwardDesc))
              .slot(dnnl.DNNL_ARG_SRC_LAYER, layers.input)
              .slot(dnnl.DNNL_ARG_SRC_ITER, layers.state)
              .slot(dnnl.DNNL_ARG_SRC_ITER_C, layers.state)
              .bound(dnnl.DNNL_ARG_DST_ITER, lastOutput.own())
              .bound(dnnl.DNNL_ARG_DST_ITER_C, lastMemory.own())
              .bound(dnnl.DNNL_ARG_DST_LAYER, outputs.own())
              .bound(dnnl.DNNL_ARG_WORKSPACE, workspace);
      forwardWeights.bindTo(forward);
      backward =
          new Call(backwardDesc, new lstm_backward(backwardDesc))
              .slot(dnnl.DNNL_ARG_SRC_LAYER, layers.input)
              .slot(dnnl.DNNL_ARG_SRC_ITER, layers.state)
              .slot(dnnl.DNNL_ARG_SRC_ITER_C, layers.state)
              .slot(dnnl.DNNL_ARG_DIFF_DST_LAYER, layers.output)
              .slot(dnnl.DNNL_ARG_DIFF_SRC_LAYER, layers.input)
              .bound(dnnl.DNNL_ARG_DST_LAYER, outputs.own())
              .bound(dnnl.DNNL_ARG_DST_ITER, lastOutput.own())
              .bound(dnnl.DNNL_ARG_DST_ITER_C, lastMemory.own())
              .bound(dnnl.DNNL_ARG_WORKSPACE, workspace)
              .bound(dnnl.DNNL_ARG_DIFF_DST_ITER, zeros(layers.state))
              .bound(dnnl.DNNL_ARG_DIFF_DST_ITER_C, zeros(layers.state))
              .bound(dnnl.DNNL_ARG_DIFF_SRC_ITER, own(layers.state))
              .bound(dnnl.DNNL_ARG_DIFF_SRC_ITER_C, own(layers.state));
      backwardWeights.bindTo(backward);
      gradients.bindGradientsTo(backward);
    }

    private static memory own(memory.desc layout) {
      return new memory(layout, OneDnnKernels.engine());
    }

    private static memory zeros(memory.desc layout) {
      memory zeros = own(layout);
      Pointer.memset(zeros.get_data_handle(), 0, layout.get_size());
      return zeros;
    }

    private static long[] shape(Pass pass) {
      return new long[] {pass.time(), pass.batch(), pass.weights().features(), pass.units()};
    }

    boolean fit(Pass pass) {
      return Arrays.equals(shape, shape(pass));
    }

    void forward(Pass pass, INDArray[] last, INDArray result) {
      forwardWeights.take(pass.weights());
      forward.run(
          pass.input(), Layouts.working(pass.initial()[0]), Layouts.working(pass.initial()[1]));
      outputs.run(result);
      lastOutput.run(last[0]);
      lastMemory.run(last[1]);
    }

    void backward(Pass pass, INDArray epsilon, Weights to, INDArray result) {
      backwardWeights.take(pass.weights());
      gradients.clear();
      backward.run(
          pass.input(),
          Layouts.working(pass.initial()[0]),
          Layouts.working(pass.initial()[1]),
          epsilon,
          result);
      gradients.give(to);
    }
  }

  /** The layouts of one layer's arrays, and the descriptions of its primitives. */
  private static final class Layers {
    private final memory.desc input;
    private final memory.desc output;
    private final memory.desc state;
    private final memory.desc inputWeights;
    private final memory.desc recurrentWeights;
    private final memory.desc bias;
    private final memory.desc peepholes;

    Layers(Pass pass, boolean peepholes) {
      long features = pass.weights().features();
      long units = pass.units();
      input = Layouts.plain(pass.time(), pass.batch(), features);
      output = Layouts.plain(pass.time(), pass.batch(), units);
      state = Layouts.plain(1, 1, pass.batch(), units);
      inputWeights = Layouts.any(1, 1, features, 4, units);
      recurrentWeights = Layouts.any(1, 1, units, 4, units);
      bias = Layouts.plain(1, 1, 4, units);
      this.peepholes = peepholes ? Layouts.plain(1, 1, 3, units) : new memory.desc();
    }

    lstm_forward.primitive_desc forward() {
      return new lstm_forward.primitive_desc(
          OneDnnKernels.engine(),
          dnnl.dnnl_forward_training,
          dnnl.dnnl_unidirectional_left2right,
          input,
          state,
          state,
          inputWeights,
          recurrentWeights,
          peepholes,
          bias,
          output,
          state,
          state);
    }

    lstm_backward.primitive_desc backward(lstm_forward.primitive_desc forward) {
      return new lstm_backward.primitive_desc(
          OneDnnKernels.engine(),
          dnnl.dnnl_backward,
          dnnl.dnnl_unidirectional_left2right,
          input,
          state,
          state,
          inputWeights,
          recurrentWeights,
          peepholes,
          bias,
          output,
          state,
          state,
          input,
          state,
          state,
          inputWeights,
          recurrentWeights,
          peepholes,
          bias,
          output,
          state,
          state,
          forward);
    }
  }
}
