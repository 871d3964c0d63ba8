package org.qat4j.onnx;

import java.io.IOException;

/**
 * A model file that cannot become an INT8 network: corrupt, not quantized, or with something in it
 * that cannot run in integers. The message names the file, the node and its operator where there is
 * one, what is wrong, what was expected and found, and what to do.
 */
public final class OnnxFormatException extends IOException {
  private static final long serialVersionUID = 1L;

  public OnnxFormatException(String message) {
    super(message);
  }

  public OnnxFormatException(String message, Throwable cause) {
    super(message, cause);
  }
}
