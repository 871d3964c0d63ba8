package org.qat4j.jobs.command;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qat4j.cli.Qat4j;
import org.qat4j.cli.Subcommand;
import org.qat4j.cli.error.UserException;
import org.qat4j.jobs.Dataset;
import org.qat4j.jobs.SensitivityJob;
import org.qat4j.jobs.config.DataConfig;
import org.qat4j.jobs.network.Blueprint;
import org.qat4j.jobs.network.Blueprints;
import org.qat4j.jobs.network.UserClasses;
import org.qat4j.jobs.report.ReportHtml;
import org.qat4j.jobs.report.ReportJson;
import org.qat4j.jobs.report.SensitivityReport;
import org.qat4j.jobs.report.SensitivityText;
import org.qat4j.jobs.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which layer hurts. */
@Command(
    name = "sensitivity",
    description = {
      "Show which layers of a trained Deeplearning4j network hurt when they are quantized:",
      "accuracy and noise with one layer quantized alone, and with all but that one."
    })
public final class SensitivityCommand implements Subcommand, Callable<Integer> {
  private static final long SEED = 12345;

  @Spec private CommandSpec spec;
  @Mixin private ClassPathOption classPath;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      required = true,
      description =
          "Zip file of the trained network, as ModelSerializer writes it, or Java class that makes it.")
  private String model;

  @Option(
      names = "--data",
      paramLabel = "DATA",
      required = true,
      description =
          "Folder of images, IDX or CSV files, CSV file, or Java class (docs/data.md): training images"
              + " to calibrate with, test images to measure.")
  private String data;

  @Option(
      names = "--bits",
      split = ",",
      defaultValue = "8,4",
      description = "Bits of weights and outputs, 2 to 8 or 16 (default: ${DEFAULT-VALUE}).")
  private List<Integer> bits;

  @Option(
      names = "--images",
      defaultValue = "500",
      description = "How many to calibrate with (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--test",
      defaultValue = "500",
      description = "How many test images to measure with (default: ${DEFAULT-VALUE}).")
  private int test;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "sensitivity.html",
      description = "Report; its numbers get the ending .json (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(names = "--force", description = "Replace earlier files of these names.")
  private boolean force;

  @Override
  public Integer call() {
    requirePossible();
    Path json =
        out.resolveSibling(out.getFileName().toString().replaceFirst("\\.html$", "") + ".json");
    requireFree(out);
    requireFree(json);
    UserClasses classes = classPath.classes();
    Blueprint network = Blueprints.find(model, classes);
    Dataset examples = Dataset.sample(DataConfig.own(data, images), SEED, network, classes);
    SensitivityReport report =
        new SensitivityJob(network.create(SEED, Optional.empty()), examples)
            .run(model, data, bits, test);
    RunFolder.writeText(json, ReportJson.pretty(report));
    RunFolder.writeText(out, ReportHtml.render(report));
    Qat4j.print(spec, String.format("%s%nReport: %s%n", SensitivityText.render(report), out));
    return ExitCode.OK;
  }

  private void requirePossible() {
    if (images < 1 || test < 1) {
      throw new ParameterException(
          spec.commandLine(),
          "--images and --test must be at least 1, got " + images + " and " + test);
    }
    for (int each : bits) {
      if (!(each >= 2 && each <= 8) && each != 16) {
        throw new ParameterException(
            spec.commandLine(), "--bits must be 2 to 8 or 16, got " + each);
      }
    }
  }

  private void requireFree(Path file) {
    if (Files.isDirectory(file) || (Files.exists(file) && !force)) {
      throw new UserException(
          file
              + " exists and is not overwritten: choose another --out, or replace it with --force");
    }
  }
}
