package org.qat4j.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.qat4j.cli.error.UserException;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Turns exceptions into one message on standard error and an exit status. */
final class Failures {
  private Failures() {}

  static int usage(ParameterException e, String[] args) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(error(command, e.getMessage()));
    UnmatchedArgumentException.printSuggestions(e, err);
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return ExitCode.USAGE;
  }

  static int execution(Exception e, CommandLine command, boolean verbose) {
    PrintWriter err = command.getErr();
    err.println(error(command, message(e, verbose)));
    if (verbose) {
      e.printStackTrace(err);
    }
    err.flush();
    return ExitCode.SOFTWARE;
  }

  private static String error(CommandLine command, String message) {
    return command.getColorScheme().errorText("qat4j: " + message).toString();
  }

  private static String message(Exception e, boolean verbose) {
    if (e instanceof FileSystemException file) {
      return fileMessage(file);
    }
    boolean explained =
        e instanceof UserException
            || e instanceof IOException
            || e instanceof IllegalArgumentException;
    if (explained && e.getMessage() != null) {
      return e.getMessage();
    }
    return "internal error: "
        + e
        + (verbose ? "" : " (run again with --verbose for the stack trace)");
  }

  private static String fileMessage(FileSystemException e) {
    if (e instanceof NoSuchFileException) {
      return "no such file: " + e.getFile();
    }
    if (e instanceof AccessDeniedException) {
      return "no permission: " + e.getFile();
    }
    return e.getReason() == null
        ? "cannot access " + e.getFile()
        : e.getFile() + ": " + e.getReason();
  }
}
