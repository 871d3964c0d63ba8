package org.qat4j.jobs.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qat4j.cli.Subcommand;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.DataConfig;
import org.qat4j.jobs.config.JobConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The main job with a configuration file. */
@Command(name = "train", description = "Run the main job as a configuration file says.")
public final class TrainCommand implements Subcommand, Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Parameters(
      paramLabel = "CONFIG",
      description = "YAML file, for example configs/lenet-mnist.yaml.")
  private Path config;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the data set's files, in place of data.folder.")
  private Optional<Path> data;

  @Option(names = "--name", description = "Name of the run (default: the name of CONFIG).")
  private Optional<String> name;

  @Option(
      names = "--float",
      paramLabel = "FILE",
      description =
          "float.zip of another run: quantize that network, in place of training one in float.")
  private Optional<Path> floatNetwork;

  @Override
  public Integer call() {
    return new JobRunner(spec, options)
        .run(name.orElseGet(this::stem), resumed -> configuration(), floatNetwork);
  }

  private String stem() {
    return config.getFileName().toString().replaceFirst("\\.ya?ml$", "");
  }

  private JobConfig configuration() {
    ObjectNode overrides = ConfigReader.noOverrides();
    data.ifPresent(folder -> overrides.putObject("data").put("folder", folder.toString()));
    JobConfig read = ConfigReader.read(config, overrides);
    if (data.isPresent() && read.data().source() == DataConfig.Source.DIGITS) {
      throw new ParameterException(
          spec.commandLine(),
          "--data has no use: " + config + " has data.source digits, which are drawn, not read");
    }
    return read;
  }
}
