package org.qat4j.layers.recurrent;

import static org.nd4j.linalg.indexing.NDArrayIndex.all;
import static org.nd4j.linalg.indexing.NDArrayIndex.interval;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.RNNFormat;
import org.deeplearning4j.nn.conf.dropout.Dropout;
import org.deeplearning4j.nn.conf.dropout.IDropout;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.recurrent.BaseRecurrentLayer;
import org.deeplearning4j.nn.layers.recurrent.LSTM;
import org.deeplearning4j.nn.params.LSTMParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Cell;
import org.qat4j.kernels.Recurrence;
import org.qat4j.kernels.Recurrence.Pass;
import org.qat4j.kernels.Recurrence.Weights;
import org.qat4j.kernels.TrainingKernels;
import org.qat4j.layers.KernelUser;

/**
 * Runs a recurrent layer over whole sequences.
 *
 * <p>The backward pass differentiates the forward pass that was, with the state from which it
 * started. Deeplearning4j's layers compute it again, and its networks let them start from zero
 * there even where truncated backpropagation through time went on from a state.
 */
final class RecurrentLayer
    extends BaseRecurrentLayer<org.deeplearning4j.nn.conf.layers.BaseRecurrentLayer>
    implements KernelUser {
  private static final long serialVersionUID = 1L;

  private static final String INPUT_WEIGHT = LSTMParamInitializer.INPUT_WEIGHT_KEY;
  private static final String RECURRENT_WEIGHT = LSTMParamInitializer.RECURRENT_WEIGHT_KEY;
  private static final String BIAS = LSTMParamInitializer.BIAS_KEY;

  /** Deeplearning4j's names of the states: output and memory. */
  private static final List<String> STATES =
      List.of(LSTM.STATE_KEY_PREV_ACTIVATION, LSTM.STATE_KEY_PREV_MEMCELL);

  private final transient Cell cell;
  private final transient TrainingKernels kernels;
  private final transient Recurrence whole;
  private final transient RoundedWeights rounding;
  private transient Recurrence masked;

  /** What the last forward pass in training read; null once its input is gone. */
  private transient Pass pass;

  RecurrentLayer(NeuralNetConfiguration conf, DataType dataType, Cell cell) {
    super(conf, dataType);
    this.cell = cell;
    kernels = TrainingKernels.of(dataType);
    whole = kernels.recurrence(cell);
    rounding =
        new RoundedWeights(
            ((WeightQuantizing) layerConf()).getQuantization(),
            cell.gates() * layerConf().getNOut());
  }

  @Override
  public Map<String, String> kernelFamilies() {
    return kernels.chosen();
  }

  @Override
  public void setInput(INDArray input, LayerWorkspaceMgr workspace) {
    super.setInput(input, workspace);
    pass = null;
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    return forward(training, Map.of(), null, workspace);
  }

  @Override
  public INDArray rnnTimeStep(INDArray input, LayerWorkspaceMgr workspace) {
    setInput(input, workspace);
    return forward(false, stateMap, stateMap, workspace);
  }

  @Override
  public INDArray rnnActivateUsingStoredState(
      INDArray input, boolean training, boolean store, LayerWorkspaceMgr workspace) {
    setInput(input, workspace);
    return forward(training, tBpttStateMap, store ? tBpttStateMap : null, workspace);
  }

  /**
   * @param from where the states come from; those that it has not are zero
   * @param to where those after the last step go; null for nowhere
   */
  private INDArray forward(
      boolean training,
      Map<String, INDArray> from,
      Map<String, INDArray> to,
      LayerWorkspaceMgr workspace) {
    assertInputSet(false);
    // Only training keeps anything: in inference no workspace of inputs need be open.
    LayerWorkspaceMgr kept = training ? workspace : LayerWorkspaceMgr.noWorkspaces();
    INDArray steps = steps(training, kept);
    Pass next = new Pass(steps, weights(training, kept), initial(from, steps, kept), maskArray);
    INDArray[] last = states(steps);
    INDArray outputs = recurrence().forward(next, last, kept);
    pass = training ? next : null;
    if (to != null) {
      for (int i = 0; i < last.length; i++) {
        to.put(STATES.get(i), last[i]);
      }
    }
    return Sequences.asLayersSee(
        training ? outputs : workspace.dup(ArrayType.ACTIVATIONS, outputs, 'c'), getDataFormat());
  }

  private Recurrence recurrence() {
    if (maskArray == null) {
      return whole;
    }
    if (masked == null) {
      masked = kernels.maskedRecurrence(cell);
    }
    return masked;
  }

  /** The input behind its dropout, with time first. */
  private INDArray steps(boolean training, LayerWorkspaceMgr workspace) {
    requireSequences();
    INDArray steps = Sequences.inRowOrder(input, getDataFormat(), dataType, workspace);
    IDropout dropout = layerConf().getIDropout();
    if (!training || dropoutApplied || dropout == null) {
      return steps;
    }
    INDArray dropped = workspace.createUninitialized(ArrayType.INPUT, dataType, steps.shape(), 'c');
    dropout.applyDropout(
        asDropoutSees(steps),
        asDropoutSees(dropped),
        getIterationCount(),
        getEpochCount(),
        workspace);
    input = Sequences.asLayersSee(dropped, getDataFormat());
    dropoutApplied = true;
    return dropped;
  }

  private void requireSequences() {
    int features = getDataFormat() == RNNFormat.NWC ? 2 : 1;
    if (input.rank() != 3 || input.size(features) != layerConf().getNIn() || input.isEmpty()) {
      throw new DL4JInvalidInputException(
          "layer '"
              + layerConf().getLayerName()
              + "' takes sequences of "
              + layerConf().getNIn()
              + " features, "
              + (features == 1 ? "[batch, features, time]" : "[batch, time, features]")
              + ", got "
              + Arrays.toString(input.shape()));
    }
  }

  /** Plain dropout looks at each value by itself, so memory order will do, which is fast. */
  private INDArray asDropoutSees(INDArray steps) {
    return layerConf().getIDropout().getClass() == Dropout.class
        ? steps
        : Sequences.asLayersSee(steps, getDataFormat());
  }

  private Weights weights(boolean training, LayerWorkspaceMgr workspace) {
    return new Weights(
        weight(INPUT_WEIGHT, training, workspace),
        weight(RECURRENT_WEIGHT, training, workspace),
        getParamWithNoise(BIAS, training, workspace));
  }

  private INDArray weight(String key, boolean training, LayerWorkspaceMgr workspace) {
    INDArray weight = getParamWithNoise(key, training, workspace);
    return rounding.rounds(getIterationCount())
        ? workspace.leverageTo(
            ArrayType.INPUT, rounding.round(weight, getParam(SteppedParams.stepOf(key))))
        : weight;
  }

  private INDArray[] initial(
      Map<String, INDArray> from, INDArray steps, LayerWorkspaceMgr workspace) {
    INDArray[] initial = new INDArray[cell.states()];
    for (int i = 0; i < initial.length; i++) {
      INDArray state = from.get(STATES.get(i));
      requireBatch(state, steps.size(1));
      initial[i] =
          state == null
              ? workspace.create(
                  ArrayType.INPUT, dataType, new long[] {steps.size(1), layerConf().getNOut()}, 'c')
              : state.castTo(dataType);
    }
    return initial;
  }

  private void requireBatch(INDArray state, long batch) {
    if (state != null && state.size(0) != batch) {
      throw new IllegalStateException(
          "layer '"
              + layerConf().getLayerName()
              + "' has a state of "
              + state.size(0)
              + " sequences, but got "
              + batch
              + ": call rnnClearPreviousState() where others begin");
    }
  }

  /** Arrays that outlive the pass. */
  @SuppressWarnings("try")
  private INDArray[] states(INDArray steps) {
    try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
      INDArray[] states = new INDArray[cell.states()];
      for (int i = 0; i < states.length; i++) {
        states[i] = Nd4j.createUninitialized(dataType, steps.size(1), layerConf().getNOut());
      }
      return states;
    }
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    if (pass == null) {
      forward(true, Map.of(), null, workspace);
    }
    return backward(epsilon, workspace);
  }

  /**
   * As {@link #backpropGradient}, but gradients end so many steps before the last one.
   *
   * @param length number of steps; those before them are taken as given
   */
  @Override
  public Pair<Gradient, INDArray> tbpttBackpropGradient(
      INDArray epsilon, int length, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    if (pass == null) {
      forward(true, stateMap, tBpttStateMap, workspace);
    }
    long skipped = pass.time() - length;
    return skipped <= 0
        ? backward(epsilon, workspace)
        : backwardBehind(skipped, epsilon, workspace);
  }

  /** Steps to where gradients begin, and takes the rest for a sequence of its own. */
  private Pair<Gradient, INDArray> backwardBehind(
      long skipped, INDArray epsilon, LayerWorkspaceMgr workspace) {
    Pass all = pass;
    INDArray[] there = states(all.input());
    recurrence().forward(part(all, all.initial(), 0, skipped), there, workspace);
    Pass rest = part(all, there, skipped, all.time());
    recurrence().forward(rest, states(all.input()), workspace);
    INDArray delta = Sequences.timeFirst(epsilon.castTo(dataType), getDataFormat());
    INDArray inputGradient =
        recurrence().backward(rest, steps(delta, skipped, all.time()), gradients(), workspace);
    INDArray whole =
        workspace.create(ArrayType.ACTIVATION_GRAD, dataType, all.input().shape(), 'c');
    steps(whole, skipped, all.time()).assign(inputGradient);
    return passBack(whole);
  }

  private static Pass part(Pass all, INDArray[] initial, long from, long to) {
    INDArray mask = all.mask() == null ? null : all.mask().get(all(), interval(from, to));
    return new Pass(steps(all.input(), from, to), all.weights(), initial, mask);
  }

  private static INDArray steps(INDArray timeFirst, long from, long to) {
    return timeFirst.get(interval(from, to), all(), all());
  }

  private Pair<Gradient, INDArray> backward(INDArray epsilon, LayerWorkspaceMgr workspace) {
    INDArray delta = Sequences.timeFirst(epsilon.castTo(dataType), getDataFormat());
    return passBack(recurrence().backward(pass, delta, gradients(), workspace));
  }

  private Weights gradients() {
    return new Weights(
        gradientViews.get(INPUT_WEIGHT),
        gradientViews.get(RECURRENT_WEIGHT),
        gradientViews.get(BIAS));
  }

  /** Through the rounding of the weights and the dropout of the input. */
  private Pair<Gradient, INDArray> passBack(INDArray inputGradient) {
    Gradient gradient = new DefaultGradient();
    passBack(INPUT_WEIGHT, gradient);
    passBack(RECURRENT_WEIGHT, gradient);
    gradient.setGradientFor(BIAS, gradientViews.get(BIAS));
    weightNoiseParams.clear();
    pass = null;
    IDropout dropout = layerConf().getIDropout();
    if (dropout != null) {
      INDArray seen = asDropoutSees(inputGradient);
      dropout.backprop(seen, seen, getIterationCount(), getEpochCount());
    }
    return new Pair<>(gradient, Sequences.asLayersSee(inputGradient, getDataFormat()));
  }

  /** From the gradient of a rounded weight matrix to that of the real one, in place. */
  private void passBack(String key, Gradient gradient) {
    INDArray weightGradient = gradientViews.get(key);
    String step = SteppedParams.stepOf(key);
    INDArray stepGradient = gradientViews.get(step);
    gradient.setGradientFor(key, weightGradient);
    if (stepGradient != null) {
      stepGradient.assign(0);
      gradient.setGradientFor(step, stepGradient);
    }
    if (rounding.rounds(getIterationCount())) {
      INDArray weight = weightNoiseParams.getOrDefault(key, getParam(key));
      rounding.passBack(weight, getParam(step), weightGradient, stepGradient);
    }
  }

  /** As Deeplearning4j's: a mask of the features passes by, or masks the steps. */
  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int minibatchSize) {
    if (cell.states() == 1) {
      return super.feedForwardMaskArray(mask, state, minibatchSize);
    }
    return new Pair<>(mask, MaskState.Passthrough);
  }

  @Override
  public void allowInputModification(boolean allow) {
    // Never: what feeds this layer may have other readers.
  }

  @Override
  public Type type() {
    return Type.RECURRENT;
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public void clear() {
    super.clear();
    pass = null;
  }
}
