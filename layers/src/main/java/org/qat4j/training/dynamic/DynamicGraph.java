package org.qat4j.training.dynamic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Coefficients;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.layers.Activations;
import org.qat4j.quantizers.WeightCodes;
import org.qat4j.quantizers.WeightScheme;
import org.qat4j.training.network.Stage;

/**
 * The graph as it grows. Between any two layers there are real numbers; a layer with weights makes
 * codes of what it reads.
 */
final class DynamicGraph {
  private static final String MASK = "mask";

  private final DynamicConfig config;
  private final Graph.Builder graph = Graph.builder("qat4j");
  private final Map<String, String> codes = new HashMap<>();
  private Optional<String> mask = Optional.empty();

  DynamicGraph(DynamicConfig config, List<Stage> stages) {
    this.config = config;
    graph.reserve(stages.stream().map(Stage::name).toList());
  }

  DynamicConfig config() {
    return config;
  }

  /** The input, and the mask if there are to be masks; a word that is not there is the first. */
  String input(Shape shape) {
    String input = graph.freeName("input");
    graph.input(Tensor.real(input, shape));
    if (config.masked()) {
      if (shape.kind() != Shape.Kind.SEQUENCE) {
        throw new IllegalArgumentException(
            "a mask needs sequences, but the network reads " + shape + " features");
      }
      String name = graph.freeName(MASK);
      graph.input(Tensor.real(name, Shape.of(shape.height(), 1)));
      mask = Optional.of(name);
    }
    return masked(input, input);
  }

  Graph build(String output) {
    return graph.build(output);
  }

  String freeName(String wanted) {
    return graph.freeName(wanted);
  }

  Shape shape(String tensor) {
    return graph.tensor(tensor).shape();
  }

  /** Adds an operation whose result is real; the node and its tensor have one name. */
  String add(String name, Op op, String... inputs) {
    graph.node(name, op, List.of(inputs), name, new Tensor.Real());
    return name;
  }

  /** Adds what a recurrent layer keeps between calls: a tensor that is zero in the first. */
  String state(String wanted, Shape shape) {
    String name = freeName(wanted);
    graph.input(Tensor.real(name, shape));
    return name;
  }

  /** Makes a tensor what such a state is in the next call. */
  void keep(String state, String next) {
    graph.state(state, next);
  }

  /** Steps that are not there become zeros, in sequences. */
  String masked(String name, String tensor) {
    if (mask.isEmpty() || shape(tensor).kind() != Shape.Kind.SEQUENCE) {
      return tensor;
    }
    return add(freeName(name + "_masked"), new JoinOp.Mul(), tensor, mask.get());
  }

  /** What a recurrent operation reads besides its state. */
  List<String> withMask(List<String> inputs) {
    List<String> all = new ArrayList<>(inputs);
    mask.ifPresent(all::add);
    return all;
  }

  /** A tensor as a layer with weights reads it: as codes, which all its readers share, or as is. */
  String operand(String tensor) {
    return config.weights().isReal() ? tensor : codes.computeIfAbsent(tensor, this::quantized);
  }

  private String quantized(String tensor) {
    String name = freeName(tensor + "_codes");
    graph.node(
        name, new ConvertOp.QuantizeDynamic(), List.of(tensor), name, new Tensor.DynamicCodes());
    return name;
  }

  /** A dense layer and its activation function. */
  String dense(Part part, long outputs, IActivation activation, String input) {
    String name = part.name();
    Coefficients weights = coefficients(part, "W", inOrder(outputs), part.row("b", outputs));
    boolean fuses = Activations.isFusible(activation);
    Clip clip = fuses ? Activations.clip(activation) : Clip.NONE;
    String result = fuses ? name : freeName(name + "_preactivation");
    add(result, new LinearOp.Dense(weights, clip), operand(input));
    return fuses ? name : function(name, activation, result);
  }

  /** An activation function that is supported. */
  String function(String name, IActivation activation, String input) {
    return add(name, DynamicForms.operation(activation).orElseThrow(), input);
  }

  /** Outputs as Deeplearning4j has them. */
  static int[] inOrder(long outputs) {
    return IntStream.range(0, Math.toIntExact(outputs)).toArray();
  }

  /**
   * Weights and bias for the codes of an operand, or for real numbers. Weights that were rounded in
   * training get the codes that they had there.
   *
   * @param key of weights {@code [inputs, outputs]}; columns behind the outputs are left out
   * @param order the column of each output
   * @param bias of each column
   */
  Coefficients coefficients(Part part, String key, int[] order, float[] bias) {
    INDArray columns =
        part.parameter(key).get(NDArrayIndex.all(), NDArrayIndex.interval(0, order.length));
    INDArray rows = columns.transpose();
    Reals reals = new Reals(ordered(bias, order));
    if (config.weights().isReal()) {
      return new Coefficients.OfReals(new Reals(ordered(Part.numbers(rows), order)), reals);
    }
    WeightScheme scheme = part.trainedScheme().orElse(config.weights());
    WeightCodes codes = scheme.quantizer().deploy(rows, part.weightStep(key));
    return new Coefficients.OfDynamicCodes(weights(codes.rows(order)), reals);
  }

  private static float[] ordered(float[] rows, int[] order) {
    int length = rows.length / order.length;
    float[] ordered = new float[rows.length];
    for (int o = 0; o < order.length; o++) {
      System.arraycopy(rows, order[o] * length, ordered, o * length, length);
    }
    return ordered;
  }

  /** Codes as a graph has them. */
  static Weights weights(WeightCodes deployed) {
    int[] zeroPoints = deployed.zeroPoints();
    short[] codes = new short[deployed.differences().length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (short) (deployed.differences()[i] + zeroPoints[i / deployed.fanIn()]);
    }
    return new Weights(codes, deployed.scales(), zeroPoints, deployed.range());
  }
}
