package org.qat4j.training.forms;

import java.util.List;
import org.qat4j.training.network.Stage;

/** A network holds a layer that cannot be quantized; the message names it and says what to do. */
public final class UnsupportedLayerException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  UnsupportedLayerException(Stage stage, String problem) {
    this(stage, problem, Forms.names());
  }

  /**
   * Says that a layer is not supported.
   *
   * @param problem behind "it"
   * @param supported what is
   */
  public UnsupportedLayerException(Stage stage, String problem, List<String> supported) {
    super(
        stage.describe()
            + " cannot be quantized: it "
            + problem
            + ". Supported: "
            + String.join(", ", supported));
  }
}
