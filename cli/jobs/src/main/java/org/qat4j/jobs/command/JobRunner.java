package org.qat4j.jobs.command;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.qat4j.cli.Qat4j;
import org.qat4j.jobs.QatJob;
import org.qat4j.jobs.config.ConfigDifference;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.network.UserClasses;
import org.qat4j.jobs.report.Report;
import org.qat4j.jobs.report.ReportText;
import org.qat4j.jobs.run.InterruptedRunException;
import org.qat4j.jobs.run.Interruption;
import org.qat4j.jobs.run.RunFolder;
import org.qat4j.jobs.training.Checkpoint;
import org.qat4j.jobs.training.ProgressDisplay;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;

/** Runs the main job for a command: checks the folder, listens for Ctrl-C, prints the result. */
final class JobRunner {
  private final CommandSpec spec;
  private final RunOptions options;

  JobRunner(CommandSpec spec, RunOptions options) {
    this.spec = spec;
    this.options = options;
  }

  /**
   * Runs a job to its end or its interruption.
   *
   * @param name of the run
   * @param configuration gives the wanted one; its argument is that of the run that is resumed
   * @param floatNetwork file of a trained one, so that none is trained
   * @param classes where the user's own classes are looked for
   * @return the exit status
   */
  int run(
      String name,
      Function<Optional<JobConfig>, JobConfig> configuration,
      Optional<Path> floatNetwork,
      UserClasses classes) {
    Path path = options.folder(name);
    RunFolder.Existing existing = options.existing();
    RunFolder checked = RunFolder.check(path, existing);
    Optional<Checkpoint> checkpoint =
        existing == RunFolder.Existing.RESUME
            ? Optional.of(Checkpoint.load(checked.checkpoint()))
            : Optional.empty();
    Optional<JobConfig> saved = checkpoint.map(Checkpoint::config);
    JobConfig config = configuration.apply(saved);
    saved.ifPresent(old -> ConfigDifference.requireNone(path, old, config));
    try (Interruption interruption = Interruption.listen()) {
      ProgressDisplay.Factory display =
          ProgressDisplay.Factory.forStandardError(Terminal.isInteractive());
      try {
        QatJob job = new QatJob(config, display, interruption, floatNetwork, classes);
        // Only now: wrong data must not cost an earlier run.
        print(job.run(RunFolder.open(path, existing), checkpoint), path);
        return ExitCode.OK;
      } catch (InterruptedRunException e) {
        interruption.acknowledge();
        printResume(e);
        return Interruption.EXIT_STATUS;
      }
    }
  }

  private void print(Report report, Path folder) {
    Qat4j.print(
        spec,
        String.format(
            "%n%s%nReport: %s%n", ReportText.render(report), folder.resolve("report.html")));
  }

  private void printResume(InterruptedRunException e) {
    List<String> again = new ArrayList<>(spec.root().commandLine().getParseResult().originalArgs());
    again.remove("--force");
    if (!again.contains("--resume")) {
      again.add("--resume");
    }
    String command = String.join(" ", again.stream().map(JobRunner::quoted).toList());
    PrintWriter err = spec.commandLine().getErr();
    String launcher = quoted(Objects.requireNonNullElse(System.getenv("QAT4J_COMMAND"), "./qat4j"));
    err.printf("%n%s%nContinue with: %s %s%n", e.getMessage(), launcher, command);
    err.flush();
  }

  /** As a POSIX shell needs it. */
  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
