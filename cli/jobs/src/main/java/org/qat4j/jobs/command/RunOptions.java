package org.qat4j.jobs.command;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.qat4j.jobs.run.RunFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Options that every command with a run folder shares. */
final class RunOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs",
      description = "Folder of all runs (default: ${DEFAULT-VALUE}).")
  private Path runs;

  @Option(names = "--force", description = "Replace an earlier run of that name.")
  private boolean force;

  @Option(names = "--resume", description = "Continue an interrupted run of that name.")
  private boolean resume;

  boolean resume() {
    return resume;
  }

  Path folder(String name) {
    try {
      Path folder = Path.of(name);
      if (!name.isBlank()
          && folder.getNameCount() == 1
          && !folder.isAbsolute()
          && !name.startsWith(".")) {
        return runs.resolve(folder);
      }
    } catch (InvalidPathException e) {
      throw invalidName(name);
    }
    throw invalidName(name);
  }

  private ParameterException invalidName(String name) {
    return new ParameterException(
        spec.commandLine(), "--name must be a plain folder name, got '" + name + "'");
  }

  RunFolder.Existing existing() {
    if (force && resume) {
      throw new ParameterException(spec.commandLine(), "--force and --resume exclude each other");
    }
    return resume
        ? RunFolder.Existing.RESUME
        : force ? RunFolder.Existing.FORCE : RunFolder.Existing.KEEP;
  }
}
