package org.qat4j.training.forms;

import org.qat4j.training.network.Stage;

/** A network holds a layer that cannot be quantized; the message names it and says what to do. */
public final class UnsupportedLayerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnsupportedLayerException(Stage stage, String problem) {
    super(
        stage.describe()
            + " cannot be quantized: it "
            + problem
            + ". Supported: "
            + String.join(", ", Forms.names()));
  }
}
