package org.qat4j.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * What a command line gave.
 *
 * @param status with which the process would exit
 * @param out standard output
 * @param err standard error
 */
public record Outcome(int status, String out, String err) {
  /** Executes a command line in this process. */
  public static Outcome of(CommandLine command, Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] strings = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
    return new Outcome(command.execute(strings), out.toString(), err.toString());
  }

  /** Fails unless there is that status, that first line of standard error, and no stack trace. */
  public void assertFailed(int expected, String message) {
    assertEquals(message, err.lines().findFirst().orElse(""), err);
    assertEquals(expected, status);
    assertFalse(err.contains("\tat "), () -> "a stack trace: " + err);
  }
}
