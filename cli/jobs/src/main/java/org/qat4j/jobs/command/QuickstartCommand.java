package org.qat4j.jobs.command;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qat4j.cli.Subcommand;
import org.qat4j.jobs.config.ConfigReader;
import org.qat4j.jobs.config.JobConfig;
import org.qat4j.jobs.network.UserClasses;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The main job with a configuration that is built in. */
@Command(
    name = "quickstart",
    description = {
      "Train a LeNet, quantize it, run it in integers, and report.",
      "Without --data it learns digits that the program draws itself."
    })
public final class QuickstartCommand implements Subcommand, Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private RunOptions options;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Folder of the four MNIST files (IDX, gzip or not).")
  private Optional<Path> data;

  @Option(
      names = "--name",
      defaultValue = "quickstart",
      description = "Name of the run (default: ${DEFAULT-VALUE}).")
  private String name;

  @Option(names = "--seed", description = "Seed of the data, the weights and the order.")
  private Optional<Long> seed;

  @Override
  public Integer call() {
    return new JobRunner(spec, options)
        .run(name, this::configuration, Optional.empty(), UserClasses.none());
  }

  /** A resumed run keeps what it was started with where the command line says nothing. */
  private JobConfig configuration(Optional<JobConfig> resumed) {
    ObjectNode overrides = ConfigReader.noOverrides();
    data.ifPresent(
        folder ->
            overrides.putObject("data").put("source", "mnist").put("folder", folder.toString()));
    seed.ifPresent(value -> overrides.put("seed", value));
    String resource = data.isPresent() ? "configs/lenet-mnist.yaml" : "configs/lenet-digits.yaml";
    String text = resumed.map(ConfigReader::write).orElseGet(() -> builtIn("/" + resource));
    return ConfigReader.parse(resource, text, overrides);
  }

  private static String builtIn(String resource) {
    try (InputStream in = QuickstartCommand.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the class path holds no " + resource);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
