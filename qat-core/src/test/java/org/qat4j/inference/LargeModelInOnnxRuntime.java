package org.qat4j.inference;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/** What {@link LargeModel} does, with ONNX Runtime on one thread. */
final class LargeModelInOnnxRuntime {
  private LargeModelInOnnxRuntime() {}

  /**
   * Prints what {@link LargeModel#report} says.
   *
   * @param args file, and height and width of its images of three channels
   */
  public static void main(String[] args) throws OrtException, IOException {
    int pixels = Integer.parseInt(args[1]);
    float[] image = new float[3 * pixels * pixels];
    Arrays.fill(image, 0.5f);
    long start = System.nanoTime();
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    OrtSession.SessionOptions options = new OrtSession.SessionOptions();
    options.setIntraOpNumThreads(1);
    try (OrtSession session = environment.createSession(args[0], options)) {
      long loaded = System.nanoTime();
      long[] shape = {1, 3, pixels, pixels};
      try (OnnxTensor input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(image), shape);
          OrtSession.Result result = session.run(Map.of("in", input))) {
        OnnxTensor scores = (OnnxTensor) result.get(0);
        LargeModel.report(scores.getFloatBuffer().remaining(), start, loaded);
      }
    }
  }
}
