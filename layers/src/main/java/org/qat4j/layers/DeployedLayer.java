package org.qat4j.layers;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.scheme.QuantParams;

/**
 * A layer's integer inference: a session for as long as nothing changes that it was made of. Both
 * are compared bit by bit, so that whoever changes a parameter, and however, is noticed.
 *
 * <p>Owns the session, which is closed with {@link #close} or when this is no longer reachable:
 * Deeplearning4j closes no layers.
 */
final class DeployedLayer implements AutoCloseable {
  private static final Cleaner CLEANER = Cleaner.create();

  /** What a session depends on beside the values of the parameters. */
  record Form(List<Shape> inputs, List<QuantParams> inputParams, QuantParams output) {}

  private final Form form;
  private final List<Copy> parameters = new ArrayList<>();
  private final InferenceSession session;
  private final Cleaner.Cleanable closing;

  /**
   * @param parameters that the graph was made of, copied
   */
  DeployedLayer(Form form, Iterable<INDArray> parameters, Graph graph) {
    this.form = form;
    parameters.forEach(parameter -> this.parameters.add(Copy.of(parameter)));
    this.session = InferenceSession.open(new QuantizedModel(graph));
    this.closing = CLEANER.register(this, session::close);
  }

  /** Whether a graph made now would be the same. */
  boolean isOf(Form now, Iterable<INDArray> current) {
    if (!form.equals(now)) {
      return false;
    }
    int i = 0;
    for (INDArray parameter : current) {
      if (i == parameters.size() || !parameters.get(i++).equalsBits(parameter)) {
        return false;
      }
    }
    return i == parameters.size();
  }

  /** The bytes of a parameter in memory order, on the heap: in a workspace they would not last. */
  private record Copy(char order, ByteBuffer bytes) {
    static Copy of(INDArray parameter) {
      INDArray dense = dense(parameter);
      try {
        ByteBuffer bytes = view(dense);
        return new Copy(dense.ordering(), ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
      } finally {
        Reference.reachabilityFence(dense);
      }
    }

    boolean equalsBits(INDArray parameter) {
      INDArray dense = dense(parameter);
      try {
        return dense.ordering() == order && bytes.mismatch(view(dense)) < 0;
      } finally {
        Reference.reachabilityFence(dense);
      }
    }

    /** Without gaps, and in the order that it says. */
    private static INDArray dense(INDArray array) {
      return array.elementWiseStride() == 1 ? array : array.dup(array.ordering());
    }
  }

  /** Of one image. */
  Shape outputShape() {
    return session.outputs().get(0).shape();
  }

  /**
   * Computes a batch.
   *
   * @param inputs [batch, ...] as the graph takes them, of any floating type and strides
   * @param output [batch, ...] in row order; overwritten
   */
  void run(INDArray[] inputs, INDArray output) {
    INDArray[] reals =
        Arrays.stream(inputs)
            .map(each -> inRowOrder(each.castTo(DataType.FLOAT)))
            .toArray(INDArray[]::new);
    INDArray result = output.castTo(DataType.FLOAT);
    Map<String, FloatBuffer> buffers = new LinkedHashMap<>();
    for (int i = 0; i < reals.length; i++) {
      buffers.put(session.inputs().get(i).name(), view(reals[i]).asFloatBuffer());
    }
    String name = session.outputs().get(0).name();
    int batch = Math.toIntExact(output.size(0));
    try {
      session.run(buffers, batch, Map.of(name, view(result).asFloatBuffer()));
    } finally {
      Reference.reachabilityFence(reals);
      Reference.reachabilityFence(result);
    }
    if (result != output) {
      output.assign(result);
    }
  }

  private static INDArray inRowOrder(INDArray array) {
    boolean ordered =
        array.ordering() == 'c' && org.nd4j.linalg.api.shape.Shape.hasDefaultStridesForShape(array);
    return ordered ? array : array.dup('c');
  }

  /** The memory of a dense array, which must be kept reachable as long as this is used. */
  private static ByteBuffer view(INDArray array) {
    return new View(array).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A pointer into memory that another object owns. */
  private static final class View extends BytePointer {
    View(INDArray array) {
      super(array.data().pointer());
      int size = array.dataType().width();
      address = array.data().address() + array.offset() * size;
      position = 0;
      limit = array.length() * size;
      capacity = limit;
    }
  }

  @Override
  public void close() {
    closing.clean();
  }
}
