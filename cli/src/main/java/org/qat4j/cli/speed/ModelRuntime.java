package org.qat4j.cli.speed;

import java.util.Locale;

/** What runs a model file. */
public enum ModelRuntime {
  /** This project's INT8 session. */
  QAT4J,
  /** ONNX Runtime. */
  ONNXRUNTIME;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
