package org.qat4j.examples.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code qat4j} command line. */
@Command(
    name = "qat4j",
    description = "Quantization-aware training for Deeplearning4j.",
    version = "qat4j 0.1.0-SNAPSHOT",
    mixinStandardHelpOptions = true)
public final class Qat4j implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is required");
  }

  /** Runs the command named by the arguments and exits with its status. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Qat4j()).execute(args));
  }
}
