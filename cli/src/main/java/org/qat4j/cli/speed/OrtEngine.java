package org.qat4j.cli.speed;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;

/**
 * ONNX Runtime's Java API in its fastest mode: tensors over direct buffers, made once, for input
 * and output.
 */
final class OrtEngine implements Engine {
  private final OrtSession session;
  private final OnnxTensor input;
  private final OnnxTensor output;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxValue> outputs;
  private final FloatBuffer results;

  /**
   * @param model with one float32 input and one float32 output
   * @param shape of the input with the batch
   */
  OrtEngine(Path model, float[] images, long[] shape, int threads) throws OrtException {
    session = OnnxRuntime.open(model, threads);
    FloatBuffer from = direct(images.length);
    from.put(images).rewind();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    input = OnnxTensor.createTensor(environment, from, shape);
    inputs = Map.of(session.getInputNames().iterator().next(), input);
    NodeInfo wanted = session.getOutputInfo().values().iterator().next();
    try (OrtSession.Result first = session.run(inputs)) {
      TensorInfo made = (TensorInfo) first.get(0).getInfo();
      results = direct(Math.toIntExact(made.getNumElements()));
      output = OnnxTensor.createTensor(environment, results, made.getShape());
    }
    outputs = Map.of(wanted.getName(), output);
  }

  private static FloatBuffer direct(int count) {
    return ByteBuffer.allocateDirect(Math.multiplyExact(Float.BYTES, count))
        .order(ByteOrder.nativeOrder())
        .asFloatBuffer();
  }

  @Override
  public void run() {
    OrtSession.Result result;
    try {
      result = session.run(inputs, outputs);
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime failed", e);
    }
    result.close();
  }

  @Override
  public float[] results() {
    run();
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
      throw new IllegalStateException("ONNX Runtime's session cannot be closed", e);
    }
  }
}
