package org.qat4j.cli.speed;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import org.qat4j.cli.error.UserException;

/** Sessions of ONNX Runtime, all with the same options. */
public final class OnnxRuntime {
  private OnnxRuntime() {}

  /** Version of ONNX Runtime. */
  public static String version() {
    return OrtEnvironment.getEnvironment().getVersion();
  }

  /** Its version, and what of its options decides about speed. */
  public static String inWords() {
    return "ONNX Runtime "
        + version()
        + " (all optimizations; input and output tensors over direct buffers, made once;"
        + " session.intra_op.allow_spinning=1, its default)";
  }

  /**
   * Opens a session, which the caller closes.
   *
   * @param threads of one call
   * @throws UserException if ONNX Runtime refuses the file
   */
  public static OrtSession open(Path model, int threads) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      environment.setTelemetry(false);
      options.setIntraOpNumThreads(threads);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      return environment.createSession(model.toString(), options);
    } catch (OrtException e) {
      throw new UserException(model + ": ONNX Runtime refuses it: " + e.getMessage(), e);
    }
  }
}
