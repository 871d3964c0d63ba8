package org.qat4j.jobs.evaluation;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import org.qat4j.cli.data.Inputs;
import org.qat4j.cli.error.UserException;
import org.qat4j.cli.evaluation.Classifier;
import org.qat4j.cli.speed.OnnxRuntime;

/** The same model file on ONNX Runtime, as an independent judge. Owns its session. */
public final class OrtClassifier implements Classifier, AutoCloseable {
  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final String input;

  /**
   * @param threads of one call
   * @throws UserException if ONNX Runtime refuses the file
   */
  public OrtClassifier(Path model, int threads) {
    session = OnnxRuntime.open(model, threads);
    input = session.getInputNames().iterator().next();
  }

  /** Version of ONNX Runtime. */
  public String version() {
    return OnnxRuntime.version();
  }

  @Override
  public float[] scores(Inputs inputs, int from, int to) {
    long[] shape =
        IntStream.concat(IntStream.of(to - from), IntStream.of(inputs.shape()))
            .asLongStream()
            .toArray();
    return run(inputs.scaled(from, to), shape);
  }

  /**
   * Scores of a batch.
   *
   * @param values float32, row-major in the given shape
   */
  public float[] run(float[] values, long... shape) {
    try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of(input, tensor))) {
      FloatBuffer buffer = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] copy = new float[buffer.remaining()];
      buffer.get(copy);
      return copy;
    } catch (OrtException e) {
      throw new UserException("ONNX Runtime failed: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException("ONNX Runtime's session cannot be closed", e);
    }
  }
}
