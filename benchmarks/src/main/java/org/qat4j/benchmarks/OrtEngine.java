package org.qat4j.benchmarks;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * ONNX Runtime's Java API in its fastest mode: tensors over direct buffers, made once, for input
 * and output.
 */
final class OrtEngine implements InferenceEngine {
  private static final OrtEnvironment ENVIRONMENT =
      OrtEnvironment.getEnvironment(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);

  private final String name;
  private final OrtSession session;
  private final OnnxTensor input;
  private final OnnxTensor output;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxValue> outputs;
  private final FloatBuffer results;

  /**
   * Loads a model.
   *
   * @param shape of the input with the batch
   * @param classes numbers in one result
   */
  OrtEngine(String name, Path model, float[] images, long[] shape, int classes, int threads)
      throws OrtException {
    this.name = name;
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      this.session = ENVIRONMENT.createSession(model.toString(), options);
    }
    FloatBuffer from = direct(images.length);
    from.put(images).rewind();
    this.results = direct((int) shape[0] * classes);
    this.input = OnnxTensor.createTensor(ENVIRONMENT, from, shape);
    this.output = OnnxTensor.createTensor(ENVIRONMENT, results, new long[] {shape[0], classes});
    this.inputs = Map.of(session.getInputNames().iterator().next(), input);
    this.outputs = Map.of(session.getOutputNames().iterator().next(), output);
  }

  /** Version of ONNX Runtime. */
  static String version() {
    return ENVIRONMENT.getVersion();
  }

  private static FloatBuffer direct(int count) {
    return ByteBuffer.allocateDirect(4 * count).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run() {
    OrtSession.Result result;
    try {
      result = session.run(inputs, outputs);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed on " + name, e);
    }
    result.close();
  }

  @Override
  public float[] results() {
    float[] copy = new float[results.capacity()];
    results.get(0, copy);
    return copy;
  }

  @Override
  public void close() {
    input.close();
    output.close();
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed to close " + name, e);
    }
  }
}
