package org.qat4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.inference.LoadOptions;
import org.qat4j.inference.QuantizedModel;
import picocli.CommandLine.Option;

/** The option of all commands that read a model file. */
final class FloatOption {
  @Option(
      names = "--allow-float",
      description = "Run in float32 what cannot run in integers; inspect lists it.")
  private boolean allowFloat;

  boolean allowFloat() {
    return allowFloat;
  }

  QuantizedModel load(Path model) throws IOException {
    return QuantizedModel.load(model, new LoadOptions(allowFloat));
  }
}
