package org.qat4j.onnx.read.nodes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.qat4j.graph.ChannelOp;
import org.qat4j.graph.Clip;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Reals;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Window;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.RealConstant;

/** Reads layers with weights that run in float: of real input, or with weights that are real. */
final class RealLayerDecoder {
  private static final int WEIGHT = 1;
  private static final int BIAS = 2;
  private static final float DEFAULT_EPSILON = 1e-5f;

  private RealLayerDecoder() {}

  static void conv(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 3);
    Tensor input = decoding.real(node, 0);
    RealConstant weight = decoding.realConstant(node, WEIGHT, "weight");
    int[] dims = weight.dims();
    if (dims.length != 4 || !input.shape().isImage()) {
      throw node.error(
          "its weights have sizes "
              + Arrays.toString(dims)
              + " and its image "
              + input.shape()
              + "; only 2-D convolution is supported");
    }
    Window window =
        WindowDecoder.of(node, input.shape(), Optional.of(new int[] {dims[2], dims[3]}));
    long groups = node.integer("group", 1);
    if (groups < 1 || groups > dims[0]) {
      throw node.error("has " + groups + " groups for " + dims[0] + " output channels");
    }
    Reals weights = weight.reals(node, decoding.budget());
    Reals bias = bias(node, true, dims[0], decoding);
    emit(
        node,
        input,
        () -> new LinearOp.Conv(window, (int) groups, weights, bias, Clip.NONE),
        decoding);
  }

  static void gemm(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 3);
    boolean hasBias = BiasDecoder.isAdded(node);
    BiasDecoder.requireFeatures(node, decoding.real(node, 0).shape());
    boolean outputsFirst = node.integer("transB", 0) != 0;
    int outputs = weight(node, decoding).dims()[outputsFirst ? 0 : 1];
    dense(node, bias(node, hasBias, outputs, decoding), outputsFirst, node.output(), decoding);
  }

  /** Of a sequence with the bias behind it, since there a bias is no operation of its own. */
  static void matMul(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    int outputs = weight(node, decoding).dims()[1];
    Optional<OnnxNode> added =
        decoding.real(node, 0).shape().kind() == Shape.Kind.SEQUENCE
            ? bias(node, decoding)
            : Optional.empty();
    if (added.isEmpty()) {
      dense(node, bias(node, false, outputs, decoding), false, node.output(), decoding);
      return;
    }
    OnnxNode add = added.get();
    int index = add.input(0).equals(node.output()) ? 1 : 0;
    RealConstant constant = decoding.realConstant(add, index, "bias");
    Reals bias = new Reals(constant.perChannel(add, Shape.of(outputs), decoding.budget()));
    dense(node, bias, false, add.output(), decoding);
    decoding.absorb(add);
  }

  /** The Add of a constant that alone reads a node's result. */
  private static Optional<OnnxNode> bias(OnnxNode node, Decoding decoding) {
    List<OnnxNode> readers = decoding.consumers(node.output());
    boolean added =
        readers.size() == 1
            && readers.get(0).op().equals("Add")
            && !decoding.isOutput(node.output())
            && readers.get(0).proto().getInputList().stream()
                .anyMatch(name -> decoding.find(name).flatMap(RealConstant::of).isPresent());
    return added ? Optional.of(readers.get(0)) : Optional.empty();
  }

  private static RealConstant weight(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    RealConstant weight = decoding.realConstant(node, WEIGHT, "weight");
    if (weight.dims().length != 2) {
      throw node.error(
          "its weights have sizes " + Arrays.toString(weight.dims()) + ", expected a matrix");
    }
    return weight;
  }

  private static void dense(
      OnnxNode node, Reals bias, boolean outputsFirst, String output, Decoding decoding)
      throws OnnxFormatException {
    Tensor input = decoding.real(node, 0);
    RealConstant weight = weight(node, decoding);
    Reals weights =
        outputsFirst
            ? weight.reals(node, decoding.budget())
            : weight.transposed(node, decoding.budget());
    emit(node, input, () -> new LinearOp.Dense(weights, bias, Clip.NONE), output, decoding);
  }

  private static Reals bias(OnnxNode node, boolean has, int outputs, Decoding decoding)
      throws OnnxFormatException {
    if (!has || !node.hasInput(BIAS)) {
      decoding.budget().spend(node, outputs);
      return new Reals(new float[outputs]);
    }
    RealConstant bias = decoding.realConstant(node, BIAS, "bias");
    return new Reals(bias.perChannel(node, Shape.of(outputs), decoding.budget()));
  }

  /** Its running statistics, scale and bias become one scale and one shift for each channel. */
  static void batchNorm(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(5, 5);
    if (node.integer("training_mode", 0) != 0) {
      throw node.error("is in training mode; export the model for inference");
    }
    Tensor input = decoding.real(node, 0);
    float epsilon = node.real("epsilon", DEFAULT_EPSILON);
    float[][] parts = new float[4][];
    String[] names = {"scale", "bias", "mean", "variance"};
    for (int i = 0; i < parts.length; i++) {
      RealConstant constant = decoding.realConstant(node, i + 1, names[i]);
      parts[i] = constant.perChannel(node, Shape.of(input.shape().channels()), decoding.budget());
    }
    float[] scales = new float[parts[0].length];
    float[] shifts = new float[scales.length];
    for (int c = 0; c < scales.length; c++) {
      double scale = parts[0][c] / Math.sqrt((double) parts[3][c] + epsilon);
      scales[c] = (float) scale;
      shifts[c] = parts[2][c] == 0 ? parts[1][c] : (float) (parts[1][c] - parts[2][c] * scale);
    }
    emit(
        node,
        input,
        () -> new ChannelOp.ScaleShift(new Reals(scales), new Reals(shifts)),
        decoding);
  }

  private static void emit(OnnxNode node, Tensor input, Supplier<Op> op, Decoding decoding)
      throws OnnxFormatException {
    emit(node, input, op, node.output(), decoding);
  }

  private static void emit(
      OnnxNode node, Tensor input, Supplier<Op> op, String output, Decoding decoding)
      throws OnnxFormatException {
    try {
      IslandDecoder.define(node, op.get(), List.of(input), output, decoding);
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }
}
