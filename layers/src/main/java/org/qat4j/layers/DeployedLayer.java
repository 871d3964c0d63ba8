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
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.kernels.ChannelsLast;
import org.qat4j.runtime.CallerLayouts;
import org.qat4j.runtime.PlainLayout;
import org.qat4j.scheme.QuantParams;

/**
 * A layer's integer inference, as deployment would run it alone: codes in, codes out, here in their
 * real values. The session is kept for as long as nothing changes that it was made of. Both are
 * compared bit by bit, so that whoever changes a parameter, and however, is noticed.
 */
final class DeployedLayer {
  private static final Cleaner CLEANER = Cleaner.create();

  private final QuantizingLayer<?> layer;
  private Kept kept;

  DeployedLayer(QuantizingLayer<?> layer) {
    this.layer = layer;
  }

  /**
   * Computes a batch.
   *
   * @param inputs [batch, ...] of any floating type and strides
   * @return in the workspace of activations, of the inputs' type; images of FLOAT networks lie
   *     {@link ChannelsLast}, where kernels want them, all else in row order
   */
  INDArray activate(INDArray[] inputs, LayerWorkspaceMgr workspace) {
    Form form = form(inputs);
    if (kept == null || !kept.isOf(form, layer.paramTable().values())) {
      close();
      kept = new Kept(form, layer.paramTable().values(), graph(form));
    }
    LongStream image = Arrays.stream(kept.outputShape().dims()).asLongStream();
    long[] shape = LongStream.concat(LongStream.of(inputs[0].size(0)), image).toArray();
    DataType type = inputs[0].dataType();
    INDArray output =
        form.layouts().outputs() == PlainLayout.NHWC
            ? ChannelsLast.allocate(shape, type, ArrayType.ACTIVATIONS, workspace)
            : workspace.createUninitialized(ArrayType.ACTIVATIONS, type, shape, 'c');
    kept.run(inputs, output);
    return output;
  }

  private Form form(INDArray[] inputs) {
    List<QuantParams> codes =
        IntStream.range(0, inputs.length)
            .filter(i -> layer.isFed())
            .mapToObj(layer::inputParams)
            .toList();
    List<Shape> shapes = Arrays.stream(inputs).map(QuantizingLayer::imageShape).toList();
    return new Form(shapes, codes, layer.outputParams(), layouts(inputs));
  }

  /** What comes from other layers lies channels last already; what users give mostly does not. */
  private static CallerLayouts layouts(INDArray[] inputs) {
    boolean ordered = Arrays.stream(inputs).allMatch(ChannelsLast::isInRowOrder);
    return new CallerLayouts(
        ordered ? PlainLayout.NCHW : PlainLayout.NHWC,
        inputs[0].dataType() == DataType.FLOAT ? PlainLayout.NHWC : PlainLayout.NCHW);
  }

  /** The layer as a graph of its own, whose inputs have names behind the layer's. */
  private Graph graph(Form form) {
    Graph.Builder builder = Graph.builder(layer.name());
    List<String> codes = new ArrayList<>();
    for (int i = 0; i < form.inputs().size(); i++) {
      String real = layer.name() + "/input" + i;
      builder.input(Tensor.real(real, form.inputs().get(i)));
      codes.add(layer.quantizeInput(builder, i, real));
    }
    String real = layer.name() + "/output";
    String computed = layer.appendTo(builder, codes);
    builder.node(real, new ConvertOp.Dequantize(), List.of(computed), real, new Tensor.Real());
    return builder.build(real);
  }

  /** Frees the session; training changes what it was made of. */
  void close() {
    if (kept != null) {
      kept.closing.clean();
      kept = null;
    }
  }

  /** What a session depends on beside the values of the parameters. */
  private record Form(
      List<Shape> inputs,
      List<QuantParams> inputParams,
      QuantParams output,
      CallerLayouts layouts) {}

  /**
   * A session and what it was made of. It is closed when this is no longer reachable:
   * Deeplearning4j closes no layers.
   */
  private static final class Kept {
    private final Form form;
    private final List<Copy> parameters = new ArrayList<>();
    private final InferenceSession session;
    private final Cleaner.Cleanable closing;

    /**
     * @param parameters that the graph was made of, copied
     */
    Kept(Form form, Iterable<INDArray> parameters, Graph graph) {
      this.form = form;
      parameters.forEach(parameter -> this.parameters.add(Copy.of(parameter)));
      this.session =
          InferenceSession.open(
              new QuantizedModel(graph), SessionOptions.DEFAULT.withLayouts(form.layouts()));
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

    /** Of one image. */
    Shape outputShape() {
      return session.outputs().get(0).shape();
    }

    /**
     * Computes a batch.
     *
     * @param inputs [batch, ...] as the graph takes them, of any floating type and strides
     * @param output [batch, ...] in the form's layout; overwritten
     */
    void run(INDArray[] inputs, INDArray output) {
      INDArray[] reals =
          Arrays.stream(inputs)
              .map(each -> ordered(each.castTo(DataType.FLOAT), form.layouts().inputs()))
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
        Reference.reachabilityFence(this);
      }
      if (result != output) {
        output.assign(result);
      }
    }
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

  /** The array itself if it lies so, else a copy that does. */
  private static INDArray ordered(INDArray array, PlainLayout layout) {
    if (layout == PlainLayout.NHWC && array.rank() == 4) {
      return ChannelsLast.has(array) ? array : array.permute(0, 2, 3, 1).dup('c');
    }
    return ChannelsLast.isInRowOrder(array) ? array : array.dup('c');
  }

  /** The memory of a dense array, which must be kept reachable as long as this is used. */
  private static ByteBuffer view(INDArray array) {
    return new View(array).asByteBuffer().order(ByteOrder.nativeOrder());
  }

  /** A pointer into memory that another object owns. */
  private static final class View extends BytePointer {
    View(INDArray array) {
      super((Pointer) null);
      int size = array.dataType().width();
      address = array.data().address() + array.offset() * size;
      position = 0;
      limit = array.length() * size;
      capacity = limit;
    }
  }
}
