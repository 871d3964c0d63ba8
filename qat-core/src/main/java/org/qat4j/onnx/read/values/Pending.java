package org.qat4j.onnx.read.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.Clip;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Real numbers of the file that the graph computes as codes: dequantized codes, or the result of a
 * layer before QuantizeLinear, with the clip and the pooling and reshaping that follow. Those
 * commute with quantization, which is monotone, so they can be applied to the codes.
 */
public final class Pending implements Value {

  /** Where the numbers come from. */
  sealed interface Origin {}

  /** Codes behind a DequantizeLinear. */
  public record Dequantized(OnnxNode node, Tensor codes) implements Origin {}

  /**
   * A layer whose result is not rounded yet. It can become one tensor of the graph, not several.
   */
  public static final class Layer implements Origin {
    private final OnnxNode node;
    private final List<Tensor> inputs;
    private final LayerOp op;
    private boolean emitted;

    public Layer(OnnxNode node, List<Tensor> inputs, LayerOp op) {
      this.node = node;
      this.inputs = List.copyOf(inputs);
      this.op = op;
    }

    public OnnxNode node() {
      return node;
    }

    public List<Tensor> inputs() {
      return inputs;
    }

    public LayerOp op() {
      return op;
    }

    /**
     * Makes a tensor of the graph of it.
     *
     * @param again whether several tensors of the graph may come of it
     */
    public void claim(boolean again) throws OnnxFormatException {
      if (emitted && !again) {
        throw node.error(
            "its float result is used in several ways, so that it would have to be computed in float; put one"
                + " QuantizeLinear behind it and let all nodes read its DequantizeLinear");
      }
      emitted = true;
    }
  }

  /** An operation that keeps the values' order and scale. */
  record Step(OnnxNode node, Op op) {}

  private static final int MAX_STEPS = 16;
  private static final QuantParams ANY_CODES = new QuantParams(1, 0, IntRange.unsigned(8));

  private final String name;
  private final Shape shape;
  private final Origin origin;
  private final Clip clip;
  private final Optional<OnnxNode> clipNode;
  private final List<Step> steps;
  private final Optional<Pending> previous;
  private final Pending root;
  private final int depth;
  private Optional<Tensor> codes = Optional.empty();
  private Optional<Tensor> real = Optional.empty();
  private Optional<CodesType> quantizedType = Optional.empty();
  private Optional<Tensor> quantized = Optional.empty();

  private Pending(
      String name,
      Shape shape,
      Origin origin,
      Clip clip,
      Optional<OnnxNode> clipNode,
      List<Step> steps,
      Optional<Pending> previous) {
    this.name = name;
    this.shape = shape;
    this.origin = origin;
    this.clip = clip;
    this.clipNode = clipNode;
    this.steps = steps;
    this.previous = previous;
    this.root = previous.isPresent() ? previous.get().root : this;
    this.depth = previous.isPresent() ? previous.get().depth + 1 : 0;
  }

  public static Pending of(String name, Shape shape, Origin origin) {
    return new Pending(
        name, shape, origin, Clip.NONE, Optional.empty(), List.of(), Optional.empty());
  }

  /** A layer of which nothing is known yet but its inputs. */
  public static Pending layer(OnnxNode node, List<Tensor> inputs, LayerOp op)
      throws OnnxFormatException {
    try {
      Shape shape = op.with(Clip.NONE).outputShape(inputs);
      return of(node.output(), shape, new Layer(node, inputs, op));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw node.error(e);
    }
  }

  /** The same as the result of a node behind the layer's first one. */
  public Pending named(OnnxNode node) {
    return new Pending(node.output(), shape, origin, clip, clipNode, steps, previous());
  }

  public Pending withClip(OnnxNode node, Clip next) throws OnnxFormatException {
    float min = Math.max(clip.min(), next.min());
    float max = Math.min(clip.max(), next.max());
    if (min >= max) {
      throw node.error("leaves one value: " + clip + " is followed by " + next);
    }
    return new Pending(
        node.output(),
        shape,
        origin,
        new Clip(min, max),
        Optional.of(clipNode.orElse(node)),
        steps,
        Optional.of(this));
  }

  public Pending withStep(OnnxNode node, Op op) throws OnnxFormatException {
    if (steps.size() == MAX_STEPS) {
      throw node.error(
          "follows " + MAX_STEPS + " poolings and reshapings without a QuantizeLinear");
    }
    List<Step> longer = new ArrayList<>(steps);
    longer.add(new Step(node, op));
    requireZeroInside(node, clip, longer);
    try {
      Shape result = op.outputShape(List.of(Tensor.codes(name, shape, ANY_CODES)));
      return new Pending(node.output(), result, origin, clip, clipNode, longer, Optional.of(this));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw node.error(e);
    }
  }

  /** Padding and a clip can change places only if the clip leaves the padded zeros as they are. */
  private static void requireZeroInside(OnnxNode node, Clip clip, List<Step> steps)
      throws OnnxFormatException {
    boolean padded = steps.stream().anyMatch(step -> step.op() instanceof MoveOp.Pad);
    if (padded && clip.apply(0f) != 0f) {
      throw node.error("pads with zeros beside " + clip + ", which excludes zero");
    }
  }

  /** The same with its layer replaced, for a bias that comes as a node of its own. */
  public Pending withLayer(OnnxNode node, Layer layer) {
    return new Pending(node.output(), shape, layer, clip, clipNode, steps, Optional.empty());
  }

  /** What it was before its last clip or step; empty for a layer or dequantized codes as such. */
  public Optional<Pending> previous() {
    return previous;
  }

  /** The layer or the dequantized codes as such. */
  Pending root() {
    return root;
  }

  /** Clips and steps behind the root. */
  int depth() {
    return depth;
  }

  /** Name in the file. */
  public String name() {
    return name;
  }

  public Shape shape() {
    return shape;
  }

  public Origin origin() {
    return origin;
  }

  public Clip clip() {
    return clip;
  }

  public Optional<OnnxNode> clipNode() {
    return clipNode;
  }

  public List<Step> steps() {
    return steps;
  }

  public boolean isBareLayer() {
    return origin instanceof Layer && clip.equals(Clip.NONE) && steps.isEmpty();
  }

  /** Whether codes can stand for it without a QuantizeLinear behind it. */
  public boolean isCodes() {
    return origin instanceof Dequantized dequantized && clipsAtCodes(dequantized.codes().params());
  }

  /** Whether its clip ends at codes, or beyond them all. */
  boolean clipsAtCodes(QuantParams params) {
    return isExact(clip.min(), params) && isExact(clip.max(), params);
  }

  private static boolean isExact(float bound, QuantParams params) {
    IntRange range = params.range();
    return bound <= params.dequantize(range.min())
        || bound >= params.dequantize(range.max())
        || params.fakeQuantize(bound) == bound;
  }

  /** Whether a layer can give real numbers from integer sums, with nothing behind it in float. */
  boolean isRealLayer() {
    return origin instanceof Layer layer
        && !(layer.op() instanceof LayerOp.Add || layer.op() instanceof LayerOp.Plain)
        && isFlattened();
  }

  /** Whether nothing but reshaping follows. */
  boolean isFlattened() {
    return steps.stream().allMatch(step -> step.op() instanceof MoveOp.Flatten);
  }

  /** The codes that an equal QuantizeLinear made of it before. */
  public Optional<Tensor> quantized(CodesType type) {
    return quantizedType.equals(Optional.of(type)) ? quantized : Optional.empty();
  }

  public void becomeQuantized(CodesType type, Tensor tensor) {
    quantizedType = Optional.of(type);
    quantized = Optional.of(tensor);
  }

  /** The codes that it became for a reader without a QuantizeLinear, if it did. */
  Optional<Tensor> codes() {
    return codes;
  }

  void becomeCodes(Tensor tensor) {
    codes = Optional.of(tensor);
  }

  /** The real tensor that it became, if it did. */
  Optional<Tensor> real() {
    return real;
  }

  void becomeReal(Tensor tensor) {
    real = Optional.of(tensor);
  }

  @Override
  public String kind() {
    return origin instanceof Layer layer
        ? "the float result of node '" + layer.node().name() + "' (" + layer.node().op() + ")"
        : "dequantized codes";
  }
}
