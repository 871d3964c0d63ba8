package org.qat4j.onnx.read.nodes;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.qat4j.graph.JoinOp;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.onnx.read.values.Decoding;
import org.qat4j.onnx.read.values.Sizes;
import org.qat4j.onnx.read.values.TimeFirst;
import org.qat4j.onnx.read.values.Value;

/**
 * Reads what stands around the recurrent operators of ONNX: Transpose, Squeeze and Reshape between
 * their order of dimensions and the graph's, and the zeros that they begin with.
 */
final class TimeFirstDecoder {
  private static final List<Long> SWAPPED = List.of(1L, 0L, 2L);
  private static final List<Long> DIRECTIONS_LAST = List.of(0L, 2L, 1L, 3L);

  private TimeFirstDecoder() {}

  /** Whether a node reads something of that order. */
  static boolean isPart(OnnxNode node, Decoding decoding) {
    return node.inputCount() > 0
        && decoding.find(node.input(0)).filter(TimeFirst.class::isInstance).isPresent();
  }

  /** Whether a sequence is brought into that order. */
  static boolean isTurned(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Value value = decoding.value(node, 0);
    return (value instanceof Value.Given || value instanceof Value.Result)
        && decoding.shape(node).kind() == Shape.Kind.SEQUENCE
        && node.numbers("perm").equals(Optional.of(SWAPPED));
  }

  static void transpose(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    Value value = decoding.value(node, 0);
    List<Long> order = node.numbers("perm").orElse(List.of());
    if (value instanceof TimeFirst.Sequence sequence && order.equals(SWAPPED)) {
      decoding.define(node.output(), new Value.Result(sequence.tensor()));
    } else if (value instanceof TimeFirst.Results results
        && !results.isLast()
        && order.equals(DIRECTIONS_LAST)) {
      decoding.define(node.output(), new TimeFirst.Results(results.directions(), true));
    } else if (!(value instanceof TimeFirst)) {
      decoding.define(node.output(), new TimeFirst.Sequence(decoding.real(node, 0)));
    } else {
      throw node.error("turns " + value.kind() + " by " + order);
    }
  }

  static void squeeze(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Value value = decoding.value(node, 0);
    long[] axes = decoding.constant(node, 1, "axes").integers();
    if (value instanceof TimeFirst.Results results
        && results.directions().size() == 1
        && !results.isLast()
        && Arrays.equals(axes, new long[] {1})) {
      decoding.define(node.output(), new TimeFirst.Sequence(results.directions().get(0)));
    } else if (value instanceof TimeFirst.State state
        && state.directions().size() == 1
        && Arrays.equals(axes, new long[] {0})) {
      decoding.define(node.output(), new Value.Result(state.directions().get(0)));
    } else {
      throw node.error("removes dimensions " + Arrays.toString(axes) + " of " + value.kind());
    }
  }

  /** The directions become features of each step. */
  static void reshape(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(2, 2);
    Value value = decoding.value(node, 0);
    Sizes target = decoding.sizes(node, 1, "shape");
    if (!(value instanceof TimeFirst.Results results)
        || !results.isLast()
        || !isJoined(target, results.directions())) {
      throw node.error("reshapes " + value.kind() + " to " + target);
    }
    List<Tensor> directions = results.directions();
    Tensor joined =
        directions.size() == 1
            ? directions.get(0)
            : decoding.emit(
                node,
                new JoinOp.Concat(),
                directions,
                decoding.tensorName(node.output() + "/batch_first"),
                new Tensor.Real());
    decoding.define(node.output(), new TimeFirst.Sequence(joined));
  }

  private static boolean isJoined(Sizes target, List<Tensor> directions) {
    long features = directions.stream().mapToLong(d -> d.shape().channels()).sum();
    long steps = directions.get(0).shape().height();
    return target.count() == 3
        && target.number(0).filter(n -> n == 0 || n == steps).isPresent()
        && target.number(1).map(n -> n == 0).orElse(true)
        && target.number(2).filter(n -> n == -1 || n == features).isPresent();
  }

  /** Zeros of sizes that are computed, which an LSTM may begin with. */
  static void zeros(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    node.requireInputs(1, 1);
    decoding.sizes(node, 0, "sizes");
    boolean zero =
        node.attribute("value")
            .map(
                a ->
                    a.getT().getFloatDataList().stream().allMatch(x -> x == 0)
                        && a.getT()
                            .getRawData()
                            .asReadOnlyByteBuffer()
                            .equals(java.nio.ByteBuffer.allocate(a.getT().getRawData().size())))
            .orElse(true);
    if (!zero) {
      throw node.error("makes a tensor of other numbers than 0");
    }
    decoding.define(node.output(), new TimeFirst.Zeros());
  }

  /** Parts of zeros are zeros. */
  static void part(OnnxNode node, Decoding decoding) throws OnnxFormatException {
    if (!(decoding.value(node, 0) instanceof TimeFirst.Zeros)) {
      throw node.error("takes parts of " + decoding.value(node, 0).kind());
    }
    decoding.define(node.output(), new TimeFirst.Zeros());
  }
}
