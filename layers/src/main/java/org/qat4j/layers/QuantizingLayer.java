package org.qat4j.layers;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
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
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.int8.Int8Model;
import org.qat4j.int8.Int8Session;
import org.qat4j.observer.Range;
import org.qat4j.scheme.QuantParams;

/**
 * A layer with a quantized output.
 *
 * <p>In training it computes real numbers, observes their range and rounds them to the codes'
 * values; the gradient passes straight through inside the representable interval and is zero
 * outside. In inference, once a range was observed and quantization has started, it follows the
 * integer contract; before, it computes in floating point like the network it was prepared from.
 */
public abstract class QuantizingLayer<C extends QuantizingConf> extends BaseLayer<C> {
  private static final long serialVersionUID = 1L;

  private transient Range nextRange;
  private transient INDArray unquantized;

  protected QuantizingLayer(NeuralNetConfiguration conf, DataType dataType) {
    super(conf, dataType);
  }

  /**
   * The result before quantization, for training or floating-point inference; kept arrays live
   * until backward.
   */
  abstract INDArray realForward(INDArray input, boolean training, LayerWorkspaceMgr workspace);

  /**
   * Gradients of the parameters, written to their views, and of the input.
   *
   * @param epsilon gradient with respect to the result of {@link #realForward}; may be overwritten
   */
  abstract INDArray realBackward(INDArray epsilon, Gradient gradient, LayerWorkspaceMgr workspace);

  /**
   * The operation that deployment runs with the current parameters, on images of the given shape.
   */
  abstract Op deployedOp(Shape input);

  /**
   * Appends this layer, as it would be deployed now, to a graph.
   *
   * @param input name of the tensor that feeds it
   * @return name of the tensor that it writes: the layer's name
   * @throws IllegalStateException if the activation range was not observed yet
   */
  public final String appendTo(Graph.Builder graph, String input) {
    Op op = deployedOp(graph.tensor(input).shape());
    graph.node(name(), op, List.of(input), name(), new Tensor.Codes(outputParams()));
    return name();
  }

  /** The open interval outside which the activation function passes no gradient. */
  Interval activationInterval() {
    return Interval.EVERYTHING;
  }

  /** Parameters of this layer's output codes. */
  public final QuantParams outputParams() {
    INDArray range = getParam(ObservedRange.KEY);
    if (!ObservedRange.isObserved(range)) {
      throw new IllegalStateException(
          "layer '"
              + name()
              + "' ("
              + getIndex()
              + "): its activation range was not observed yet; fit at least one batch");
    }
    return params(ObservedRange.read(range));
  }

  /** Parameters of the codes that come in. */
  public QuantParams inputParams() {
    return NetworkQuantizers.find(params(), layerConf().getInputQuantizer());
  }

  public final String name() {
    return layerConf().getLayerName();
  }

  private QuantParams params(Range range) {
    return QuantParams.affine(range.min(), range.max(), quantization().activationRange());
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
    if (training) {
      applyDropOutIfNecessary(true, workspace);
      return trainingForward(workspace);
    }
    boolean integer = quantizing() && ObservedRange.isObserved(getParam(ObservedRange.KEY));
    INDArray result =
        integer ? integerForward() : realForward(input.castTo(dataType), false, workspace);
    return workspace.leverageTo(ArrayType.ACTIVATIONS, result);
  }

  private INDArray trainingForward(LayerWorkspaceMgr workspace) {
    INDArray real = realForward(input.castTo(dataType), true, workspace);
    INDArray range = getParam(ObservedRange.KEY);
    boolean frozen = getIterationCount() >= quantization().schedule().freezeRangesFrom();
    nextRange =
        frozen && ObservedRange.isObserved(range)
            ? ObservedRange.read(range)
            : ObservedRange.next(range, quantization().observer(), batchRange(real));
    unquantized = workspace.leverageTo(ArrayType.INPUT, real);
    INDArray output = workspace.dup(ArrayType.ACTIVATIONS, real, real.ordering());
    return quantizing() ? FakeQuantizer.activations(output, params(nextRange)) : output;
  }

  private Range batchRange(INDArray real) {
    float min = activationInterval().low() == 0 ? 0f : real.minNumber().floatValue();
    float max = Math.max(min, real.maxNumber().floatValue());
    if (!Float.isFinite(min) || !Float.isFinite(max)) {
      throw new IllegalStateException(
          "layer '"
              + name()
              + "' ("
              + getIndex()
              + ") produced NaN or infinity in training iteration "
              + getIterationCount()
              + ": lower the learning rate or clip gradients");
    }
    return new Range(min, max);
  }

  /** Runs this layer alone as deployment would: codes in, codes out, here in their real values. */
  private INDArray integerForward() {
    Graph.Builder graph = Graph.builder(name()).input(Tensor.real("input", imageShape(input)));
    String codes = appendTo(graph, quantizeInput(graph, "input"));
    graph.node("output", new Op.Dequantize(), List.of(codes), "output", new Tensor.Real());
    Graph built = graph.build("output");
    float[] images = input.castTo(DataType.FLOAT).dup('c').data().asFloat();
    int batch = Math.toIntExact(input.size(0));
    try (Int8Session session = Int8Session.open(new Int8Model(built))) {
      float[] result = session.run(images, batch);
      long[] shape =
          LongStream.concat(
                  LongStream.of(batch),
                  IntStream.of(built.outputs().get(0).shape().dims()).asLongStream())
              .toArray();
      return Nd4j.createFromArray(result).reshape('c', shape).castTo(dataType);
    }
  }

  /** Turns the real values that arrive, which lie exactly on the input's grid, back into codes. */
  String quantizeInput(Graph.Builder graph, String real) {
    graph.node(
        "inputCodes",
        new Op.Quantize(),
        List.of(real),
        "inputCodes",
        new Tensor.Codes(inputParams()));
    return "inputCodes";
  }

  @Override
  public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspace) {
    assertInputSet(true);
    Gradient gradient = new DefaultGradient();
    INDArray masked = passingInterval().mask(epsilon, unquantized);
    INDArray inputGradient = realBackward(masked, gradient, workspace);
    INDArray rangeStep = gradientViews.get(ObservedRange.KEY);
    ObservedRange.writeStep(getParam(ObservedRange.KEY), nextRange, rangeStep);
    gradient.setGradientFor(ObservedRange.KEY, rangeStep);
    unquantized = null;
    return new Pair<>(
        gradient,
        backpropDropOutIfPresent(workspace.leverageTo(ArrayType.ACTIVATION_GRAD, inputGradient)));
  }

  /**
   * Where the gradient passes: inside the representable interval (bounds included) and the
   * activation's own.
   */
  private Interval passingInterval() {
    return quantizing()
        ? activationInterval().intersectClosed(params(nextRange))
        : activationInterval();
  }

  @Override
  public void setParamsViewArray(INDArray parameters) {
    super.setParamsViewArray(parameters);
    NetworkQuantizers.register(parameters, name(), this);
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
   */
  final Shape imageShape(INDArray activations) {
    long[] dims = activations.shape();
    return Shape.of(Arrays.stream(dims, 1, dims.length).mapToInt(Math::toIntExact).toArray());
  }
}
