package org.qat4j.layers;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.exception.DL4JInvalidInputException;
import org.deeplearning4j.nn.api.MaskState;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.kernels.Rounding;
import org.qat4j.kernels.TrainingKernels;
import org.qat4j.observer.RangeObserver;
import org.qat4j.observer.TensorStatistics;
import org.qat4j.quantizers.ActivationQuantizer;
import org.qat4j.quantizers.ActivationQuantizer.Mode;
import org.qat4j.scheme.QuantParams;

/**
 * A layer with a quantized output.
 *
 * <p>In training it computes real numbers, observes their range and rounds them to the codes'
 * values; the gradient passes straight through inside the representable interval and is zero
 * outside. In inference, once a range was observed and quantization has started, it follows the
 * integer contract; before, it computes in floating point like the network it was prepared from.
 */
public abstract class QuantizingLayer<C extends QuantizingConf> extends BaseLayer<C>
    implements KernelUser {
  private static final long serialVersionUID = 1L;

  private final transient TrainingKernels kernels;
  private final transient Rounding rounding;
  private transient NetworkQuantizers network;
  private transient ActivationQuantizer quantizer;
  private transient INDArray[] operands;
  private final transient DeployedLayer deployed = new DeployedLayer(this);

  protected QuantizingLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
    requireDataType();
    kernels = TrainingKernels.of(dataType);
    rounding = kernels.rounding();
  }

  private void requireDataType() {
    if (dataType != DataType.FLOAT && dataType != DataType.DOUBLE) {
      throw new IllegalArgumentException(
          "layer '"
              + name()
              + "': the network has data type "
              + dataType
              + ", but prepared networks train in FLOAT or DOUBLE; use"
              + " network.convertDataType(DataType.FLOAT) first");
    }
  }

  /**
   * Checks what arrives before anything is computed from it.
   *
   * @throws DL4JInvalidInputException if an input has a shape that this layer does not take
   */
  abstract void requireShapes(INDArray[] inputs);

  /**
   * The values before activation function and quantization, in floating point. What the backward
   * pass needs is kept in the workspace of layer inputs.
   */
  abstract INDArray preActivation(INDArray[] inputs, boolean training, LayerWorkspaceMgr workspace);

  /**
   * Gradients of the parameters, written to their views, and of the inputs. Running estimates are
   * moved in place and have none.
   *
   * @param inputs those of the forward pass
   * @param epsilon gradient with respect to the result of {@link #preActivation}
   * @return one gradient for each input
   */
  abstract INDArray[] backward(
      INDArray[] inputs, INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace);

  /** The operation that deployment runs with the current parameters, for inputs of these shapes. */
  abstract Op deployedOp(Shape[] inputs);

  /** The activation function, which quantization fuses. */
  Clip activation() {
    return Clip.NONE;
  }

  /**
   * Appends this layer, as it would be deployed now, to a graph.
   *
   * @param inputs names of the tensors that feed it
   * @return name of the tensor to read on: the layer's name, or that of a reshaped view of it
   * @throws IllegalStateException if the activation range was not observed yet
   */
  public String appendTo(Graph.Builder graph, List<String> inputs) {
    QuantParams output = outputParams();
    Shape[] shapes = inputs.stream().map(name -> graph.tensor(name).shape()).toArray(Shape[]::new);
    graph.node(name(), deployedOp(shapes), inputs, name(), new Tensor.Codes(output));
    return name();
  }

  /** Scale, zero point and range of this layer's output codes. */
  public final QuantParams outputParams() {
    if (!quantizer().isReady(rangeParam())) {
      throw new IllegalStateException(
          "layer '"
              + name()
              + "' ("
              + getIndex()
              + "): its activation range was not observed yet; fit at least one batch, before freezing the layer");
    }
    return quantizer().params(rangeParam());
  }

  /**
   * Gives this layer's output the range that suits what was seen of it, without training.
   *
   * @param seen of the output behind the activation function, in floating point
   * @param joining how the extremes of batches become one range, where no more is asked for
   */
  public void calibrate(TensorStatistics seen, RangeObserver joining) {
    quantizer().calibrate(seen, joining, rangeParam());
  }

  private INDArray rangeParam() {
    return getParam(quantization().activations().parameter());
  }

  private ActivationQuantizer quantizer() {
    if (quantizer == null) {
      quantizer = quantization().activations().quantizer(activation(), rounding);
    }
    return quantizer;
  }

  /** Scale, zero point and range of the codes that come in at one input. */
  final QuantParams inputParams(int index) {
    return feeder(index).outputParams();
  }

  /** Whether what comes in at an input has codes yet. */
  final boolean hasInputParams(int index) {
    QuantizingLayer<?> feeder = feeder(index);
    return feeder.quantizer().isReady(feeder.rangeParam());
  }

  /** Whether codes come in, of other quantizing layers. */
  final boolean isFed() {
    return !layerConf().getInputQuantizers().isEmpty();
  }

  private QuantizingLayer<?> feeder(int index) {
    return network.find(layerConf().getInputQuantizers().get(index));
  }

  /** Sets several inputs at once, for a layer that a {@link QuantizedVertex} feeds. */
  final void setInputs(INDArray[] inputs) {
    input = inputs[0];
    operands = inputs.clone();
  }

  final INDArray[] inputs() {
    INDArray[] inputs = operands == null ? new INDArray[] {input} : operands;
    return Arrays.stream(inputs).map(each -> each.castTo(dataType)).toArray(INDArray[]::new);
  }

  /**
   * Takes its place among the layers of its network, to find the others and to be found.
   *
   * @param parameters view of the network's parameters
   * @param previous network with the same configuration of this layer; null if there is none
   */
  final NetworkQuantizers join(INDArray parameters, NetworkQuantizers previous) {
    network = NetworkQuantizers.join(parameters, layerConf().getQuantizerName(), this);
    if (previous != null) {
      layerConf().getInputQuantizers().forEach(name -> network.borrow(name, previous));
    }
    return network;
  }

  final NetworkQuantizers network() {
    return network;
  }

  /** Removes the weights that the first iteration shall not compute with; by default none. */
  public void startPruning() {}

  /** The layer's name, which is also that of its tensor in the converted model. */
  public final String name() {
    return layerConf().getLayerName();
  }

  final TrainingKernels kernels() {
    return kernels;
  }

  final Rounding rounding() {
    return rounding;
  }

  @Override
  public final Map<String, String> kernelFamilies() {
    return kernels.chosen();
  }

  final Quantization quantization() {
    return layerConf().getQuantization();
  }

  final boolean statisticsFrozen() {
    return getIterationCount() >= quantization().schedule().freezeStatisticsFrom();
  }

  final boolean quantizing() {
    return getIterationCount() >= quantization().schedule().quantizeFrom();
  }

  @Override
  public INDArray activate(boolean training, LayerWorkspaceMgr workspace) {
    assertInputSet(false);
    requireShapes(inputs());
    if (training) {
      deployed.close();
      applyDropOutIfNecessary(true, workspace);
      return trainingForward(workspace);
    }
    if (quantizing() && quantizer().isReady(rangeParam())) {
      return deployed.activate(inputs(), workspace);
    }
    return quantizer().activate(preActivation(inputs(), false, workspace), workspace);
  }

  /**
   * Inference of one batch by this layer alone.
   *
   * @param inCodes whether it runs as deployed, its inputs rounded to the codes that they come in;
   *     else in floating point
   * @param inputs [batch, ...] each
   * @return [batch, ...], in no workspace
   * @throws IllegalStateException if it is to run in codes and a range is not known
   */
  public final INDArray infer(boolean inCodes, INDArray... inputs) {
    setInputs(inputs);
    try {
      requireShapes(inputs());
      LayerWorkspaceMgr workspace = LayerWorkspaceMgr.noWorkspaces();
      return inCodes
          ? deployed.activate(inputs(), workspace)
          : quantizer().activate(preActivation(inputs(), false, workspace), workspace);
    } finally {
      input = null;
      operands = null;
    }
  }

  private INDArray trainingForward(LayerWorkspaceMgr workspace) {
    Mode mode = quantization().schedule().rangesAt(getIterationCount());
    try {
      INDArray values = preActivation(inputs(), true, workspace);
      return quantizer().forward(values, rangeParam(), mode, workspace);
    } catch (ArithmeticException e) {
      throw notFinite(e);
    }
  }

  private IllegalStateException notFinite(ArithmeticException cause) {
    return new IllegalStateException(
        "layer '"
            + name()
            + "' ("
            + getIndex()
            + ") met NaN or infinity in training iteration "
            + getIterationCount()
            + " ("
            + cause.getMessage()
            + "): "
            + againstNotFinite(),
        cause);
  }

  /** What to do where values are NaN or infinite. */
  String againstNotFinite() {
    return "lower the learning rate or clip gradients";
  }

  /**
   * Checks what is deployed, where a single NaN would be lost among codes.
   *
   * @throws IllegalStateException naming the layer and the parameter
   */
  public final void requireFinite() {
    for (String parameter : params.keySet()) {
      if (!parameter.equals(quantization().activations().parameter())) {
        try {
          requireFinite(parameter);
        } catch (ArithmeticException e) {
          throw new IllegalStateException(
              "layer '"
                  + name()
                  + "' ("
                  + getIndex()
                  + "): "
                  + e.getMessage()
                  + ": the training has diverged; go back to an earlier state and lower the"
                  + " learning rate",
              e);
        }
      }
    }
  }

  /**
   * @throws ArithmeticException if a number of the parameter is NaN or infinite
   */
  final void requireFinite(String parameter) {
    if (!Double.isFinite(getParam(parameter).sumNumber().doubleValue())) {
      throw new ArithmeticException("parameter '" + parameter + "' holds NaN or infinity");
    }
  }

  /** Turns the real values that arrive, which lie exactly on the input's grid, back into codes. */
  String quantizeInput(Graph.Builder graph, int index, String real) {
    String name = real + "_codes";
    graph.node(
        name, new ConvertOp.Quantize(), List.of(real), name, new Tensor.Codes(inputParams(index)));
    return name;
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    Pair<Gradient, INDArray[]> all = backpropAll(epsilon, workspace);
    INDArray inputGradient = all.getSecond()[0];
    return new Pair<>(
        all.getFirst(), inputGradient == null ? null : backpropDropOutIfPresent(inputGradient));
  }

  /**
   * Gradients of the parameters and of all inputs.
   *
   * @param epsilon of the output, or {@link #leftOut}
   */
  final Pair<Gradient, INDArray[]> backpropAll(INDArray epsilon, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    Gradient gradient = new DefaultGradient();
    String range = quantization().activations().parameter();
    INDArray wanted = isLeftOut(epsilon) ? null : epsilon.castTo(dataType);
    INDArray delta = passBack(wanted, gradientViews.get(range));
    gradient.setGradientFor(range, gradientViews.get(range));
    INDArray[] inputGradients = backward(inputs(), delta, gradient, workspace);
    for (int i = 0; i < inputGradients.length; i++) {
      if (inputGradients[i] != null) {
        inputGradients[i] = workspace.leverageTo(ArrayType.ACTIVATION_GRAD, inputGradients[i]);
      }
    }
    clearStatistics();
    return new Pair<>(gradient, inputGradients);
  }

  /**
   * Stands for the gradient of a block's input where nobody asks for it, since Deeplearning4j's
   * graphs demand an array of every layer.
   *
   * @return [1], where activations have two axes at least
   */
  final INDArray leftOut(LayerWorkspaceMgr workspace) {
    // Not by an operation, which ND4J's checks for NaN would refuse.
    return workspace
        .createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, 1)
        .putScalar(0, Double.NaN);
  }

  private static boolean isLeftOut(INDArray epsilon) {
    return epsilon.rank() == 1;
  }

  /** Running estimates have moved already; no gradient moves them again. */
  private void clearStatistics() {
    gradientViews.entrySet().stream()
        .filter(view -> BlockParams.isStatistic(view.getKey()))
        .forEach(view -> view.getValue().assign(0));
  }

  private INDArray passBack(INDArray epsilon, INDArray rangeGradient) {
    try {
      return quantizer().backward(epsilon, rangeParam(), rangeGradient);
    } catch (ArithmeticException e) {
      throw notFinite(e);
    }
  }

  /** Dropout must not change what other readers of the input read again in the backward pass. */
  @Override
  public void allowInputModification(boolean allow) {
    // Never.
  }

  @Override
  public boolean updaterDivideByMinibatch(String parameter) {
    return !BlockParams.isStatistic(parameter);
  }

  @Override
  public boolean isPretrainLayer() {
    return false;
  }

  @Override
  public Pair<INDArray, MaskState> feedForwardMaskArray(
      INDArray mask, MaskState state, int minibatchSize) {
    if (mask != null) {
      throw new IllegalArgumentException(
          "layer '" + name() + "': masks are for sequences; this layer has none");
    }
    return new Pair<>(null, state);
  }

  /**
   * One image's shape in an activation array [batch, channels, height, width] or [batch, features].
   *
   * @throws IllegalArgumentException for a sequence, which Deeplearning4j has as [batch, features,
   *     time] and graphs as [batch, time, features]
   */
  static Shape imageShape(INDArray activations) {
    long[] dims = activations.shape();
    Shape shape =
        Shape.of(Arrays.stream(dims, 1, dims.length).mapToInt(Math::toIntExact).toArray());
    return switch (shape.kind()) {
      case FEATURES, IMAGE -> shape;
      case SEQUENCE ->
          throw new IllegalArgumentException(
              "quantized layers take [batch, channels, height, width] or [batch, features], got "
                  + Arrays.toString(dims));
    };
  }
}
