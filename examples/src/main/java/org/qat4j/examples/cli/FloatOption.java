package org.qat4j.examples.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.qat4j.int8.Int8Model;
import org.qat4j.int8.LoadOptions;
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

  Int8Model load(Path model) throws IOException {
    return Int8Model.load(model, new LoadOptions(allowFloat));
  }
}
