package org.qat4j.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions.OptLevel;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;
import org.qat4j.onnx.write.OnnxWriter;

/** Runs written graphs on ONNX Runtime. */
final class OnnxRuntimeModel {
  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

  private OnnxRuntimeModel() {}

  /** Real results of a graph with one real input and output. */
  static float[] reals(Graph graph, float[] images, int batch) throws OrtException {
    return reals(OnnxWriter.toBytes(graph), graph.inputs().get(0), images, batch);
  }

  /** Real results of a model file with that real input and one real output. */
  static float[] reals(byte[] model, Tensor input, float[] images, int batch) throws OrtException {
    return reals(model, OptLevel.ALL_OPT, input, images, batch);
  }

  /** Real results of a model file with one input of uint8 codes and one real output. */
  static float[] ofBytes(byte[] model, Tensor input, byte[] images, int batch) throws OrtException {
    try (OrtSession session = ENVIRONMENT.createSession(model);
        OnnxTensor tensor =
            OnnxTensor.createTensor(
                ENVIRONMENT, ByteBuffer.wrap(images), shape(input, batch), OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of(input.name(), tensor))) {
      FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] reals = new float[buffer.remaining()];
      buffer.get(reals);
      return reals;
    }
  }

  /** The same with every node run as it is written. */
  static float[] realsAsWritten(byte[] model, Tensor input, float[] images, int batch)
      throws OrtException {
    return reals(model, OptLevel.NO_OPT, input, images, batch);
  }

  private static float[] reals(
      byte[] model, OptLevel level, Tensor input, float[] images, int batch) throws OrtException {
    try (OrtSession.SessionOptions options = options(level);
        OrtSession session = ENVIRONMENT.createSession(model, options);
        OnnxTensor tensor =
            OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(images), shape(input, batch));
        OrtSession.Result result = session.run(Map.of(input.name(), tensor))) {
      FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] reals = new float[buffer.remaining()];
      buffer.get(reals);
      return reals;
    }
  }

  /**
   * Real results of a model file by output name.
   *
   * @param graph what was read of it, with one real input
   */
  static Map<String, float[]> results(byte[] model, Graph graph, float[] images, int batch)
      throws OrtException {
    Tensor input = graph.inputs().get(0);
    Map<String, float[]> results = new HashMap<>();
    try (OrtSession session = ENVIRONMENT.createSession(model);
        OnnxTensor tensor =
            OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(images), shape(input, batch));
        OrtSession.Result result = session.run(Map.of(input.name(), tensor))) {
      for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
        FloatBuffer buffer = ((OnnxTensor) entry.getValue()).getFloatBuffer();
        float[] reals = new float[buffer.remaining()];
        buffer.get(reals);
        results.put(entry.getKey(), reals);
      }
    }
    return results;
  }

  /**
   * Real results by output name, every node run as it is written.
   *
   * @param reals by input
   */
  static Map<String, float[]> asWritten(byte[] model, Map<Tensor, float[]> reals, int batch)
      throws OrtException {
    Map<String, OnnxTensorLike> inputs = new HashMap<>();
    Map<String, float[]> results = new HashMap<>();
    try (OrtSession.SessionOptions options = options(OptLevel.NO_OPT);
        OrtSession session = ENVIRONMENT.createSession(model, options)) {
      for (Map.Entry<Tensor, float[]> input : reals.entrySet()) {
        String name = input.getKey().name();
        TensorInfo info = (TensorInfo) session.getInputInfo().get(name).getInfo();
        inputs.put(name, tensor(info, input.getValue(), shape(input.getKey(), batch)));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        for (Map.Entry<String, ai.onnxruntime.OnnxValue> entry : result) {
          FloatBuffer buffer = ((OnnxTensor) entry.getValue()).getFloatBuffer();
          float[] numbers = new float[buffer.remaining()];
          buffer.get(numbers);
          results.put(entry.getKey(), numbers);
        }
      }
    } finally {
      inputs.values().forEach(OnnxTensorLike::close);
    }
    return results;
  }

  private static OrtSession.SessionOptions options(OptLevel level) throws OrtException {
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setOptimizationLevel(level);
    return options;
  }

  /**
   * Codes of a graph with 8-bit code inputs and one output.
   *
   * @param codes by input name
   */
  static int[] codes(Graph graph, Map<String, int[]> codes, int batch) throws OrtException {
    Map<String, OnnxTensorLike> inputs = new HashMap<>();
    try (OrtSession session = ENVIRONMENT.createSession(OnnxWriter.toBytes(graph))) {
      for (Tensor input : graph.inputs()) {
        inputs.put(input.name(), tensor(input, codes.get(input.name()), batch));
      }
      try (OrtSession.Result result = session.run(inputs)) {
        ByteBuffer bytes = ((OnnxTensor) result.get(0)).getByteBuffer();
        boolean signed =
            IntegerType.of(graph.outputs().get(0).params().range()) == IntegerType.INT8;
        return IntStream.range(0, bytes.remaining())
            .map(i -> signed ? bytes.get(i) : bytes.get(i) & 0xff)
            .toArray();
      }
    } finally {
      inputs.values().forEach(OnnxTensorLike::close);
    }
  }

  /** Word indices are integers, without the last dimension. */
  private static OnnxTensor tensor(TensorInfo info, float[] numbers, long[] shape)
      throws OrtException {
    if (info.type != OnnxJavaType.INT64) {
      return OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(numbers), shape);
    }
    long[] indices = IntStream.range(0, numbers.length).mapToLong(i -> (long) numbers[i]).toArray();
    return OnnxTensor.createTensor(
        ENVIRONMENT, LongBuffer.wrap(indices), Arrays.copyOf(shape, info.getShape().length));
  }

  private static OnnxTensor tensor(Tensor input, int[] codes, int batch) throws OrtException {
    ByteBuffer bytes = ByteBuffer.allocateDirect(codes.length);
    for (int code : codes) {
      bytes.put((byte) code);
    }
    OnnxJavaType type =
        IntegerType.of(input.params().range()) == IntegerType.INT8
            ? OnnxJavaType.INT8
            : OnnxJavaType.UINT8;
    return OnnxTensor.createTensor(ENVIRONMENT, bytes.rewind(), shape(input, batch), type);
  }

  private static long[] shape(Tensor tensor, int batch) {
    return IntStream.concat(IntStream.of(batch), IntStream.of(tensor.shape().dims()))
        .asLongStream()
        .toArray();
  }
}
