package org.qat4j.jobs.command;

import java.nio.file.Path;
import java.util.List;
import org.qat4j.jobs.network.UserClasses;
import picocli.CommandLine.Option;

/** The option of all commands that take Java classes of the user. */
final class ClassPathOption {
  @Option(
      names = "--classpath",
      paramLabel = "JAR_OR_DIR",
      description =
          "Where the Java classes are that make the network or the data; may be repeated.")
  private List<Path> path = List.of();

  UserClasses classes() {
    return UserClasses.of(path);
  }
}
