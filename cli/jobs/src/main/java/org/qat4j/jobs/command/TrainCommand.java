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

/** The main job with a configuration file, or with one's own network and data. */
@Command(
    name = "train",
    description = {
      "Train a network, quantize it, run it in integers, and report, as a configuration file says."
    })
public final class TrainCommand implements Subcommand, Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Mixin private ClassPathOption classPath;

  @Parameters(
      paramLabel = "CONFIG",
      arity = "0..1",
      description =
          "YAML file, for example configs/lenet-mnist.yaml. Without it --network and --data say what"
              + " to train, and everything else has its default.")
  private Optional<Path> config;

  @Option(
      names = "--network",
      paramLabel = "NETWORK",
      description =
          "Zip file of a Deeplearning4j network, Java class that makes one, or lenet or resnet20; in"
              + " place of network.")
  private Optional<String> network;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      description =
          "Folder of the data set's files, CSV file, or Java class, in place of data.folder.")
  private Optional<String> data;

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
    if (config.isEmpty() && (network.isEmpty() || data.isEmpty())) {
      throw new ParameterException(
          spec.commandLine(), "CONFIG is missing, or else --network and --data");
    }
    return new JobRunner(spec, options)
        .run(
            name.orElseGet(this::stem),
            resumed -> configuration(),
            floatNetwork,
            classPath.classes());
  }

  private String stem() {
    Path named = config.orElseGet(() -> Path.of(network.orElseThrow()));
    return named.getFileName().toString().replaceFirst("\\.(ya?ml|zip)$", "");
  }

  private JobConfig configuration() {
    ObjectNode overrides = ConfigReader.noOverrides();
    network.ifPresent(given -> overrides.put("network", given));
    if (config.isEmpty()) {
      overrides.put("data", data.orElseThrow());
      return ConfigReader.parse("the command line", "", overrides);
    }
    data.ifPresent(folder -> overrides.putObject("data").put("folder", folder));
    JobConfig read = ConfigReader.read(config.get(), overrides);
    if (data.isPresent() && read.data().source() == DataConfig.Source.DIGITS) {
      throw new ParameterException(
          spec.commandLine(),
          "--data has no use: "
              + config.get()
              + " has data.source digits, which are drawn, not read");
    }
    return read;
  }
}
