package org.qat4j.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.ServiceLoader;
import org.qat4j.cli.report.Environment;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The {@code qat4j} command line: the commands that other modules add, and those that need nothing
 * but a model file.
 */
@Command(
    name = "qat4j",
    description = "Quantization-aware training for Deeplearning4j, and INT8 inference on the JVM.",
    versionProvider = Qat4j.Version.class,
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit status:%n",
    exitCodeList = {
      "0:success",
      "1:failure; the message says why",
      "2:wrong usage",
      "130:interrupted"
    })
public final class Qat4j implements Runnable {
  @Spec private CommandSpec spec;

  @Option(
      names = "--verbose",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error.")
  private boolean verbose;

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is required");
  }

  /** The command line, ready to execute. */
  public static CommandLine commandLine() {
    Qat4j root = new Qat4j();
    CommandLine commandLine = new CommandLine(root);
    ServiceLoader.load(Subcommand.class).forEach(commandLine::addSubcommand);
    List.of(new RunCommand(), new InspectCommand(), new BenchCommand())
        .forEach(commandLine::addSubcommand);
    return commandLine
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setParameterExceptionHandler(Failures::usage)
        .setExecutionExceptionHandler(
            (e, command, parsed) -> Failures.execution(e, command, root.verbose));
  }

  /** Runs the command named by the arguments and exits with its status. */
  public static void main(String[] args) {
    int status = commandLine().execute(args);
    if (System.out.checkError()) {
      System.err.println(
          "qat4j: not all output could be written: whoever read it has closed it, or the disk is full");
      status = Math.max(status, ExitCode.SOFTWARE);
    }
    System.exit(status);
  }

  /** Prints a result. */
  public static void print(CommandSpec spec, String text) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(text);
    out.flush();
  }

  /** For {@code --version}. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"qat4j " + Environment.qat4jVersion()};
    }
  }
}
