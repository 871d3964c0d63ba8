package org.qat4j.jobs.command;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qat4j.cli.Qat4j;
import org.qat4j.cli.Subcommand;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.jobs.QuantizeJob;
import org.qat4j.jobs.config.QuantizeConfig;
import org.qat4j.jobs.network.NetworkFile;
import org.qat4j.jobs.report.QuantizationReport;
import org.qat4j.jobs.report.QuantizationText;
import org.qat4j.jobs.run.ModelFiles;
import org.qat4j.jobs.words.WordFiles;
import org.qat4j.jobs.words.WordReport;
import org.qat4j.training.Qat;
import org.qat4j.training.dynamic.DynamicConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Post-training static quantization. */
@Command(
    name = "quantize",
    description = {
      "Quantize a trained Deeplearning4j network without training it.",
      "Ranges come from some hundred training images; accuracy is measured on the test images.",
      "Recurrent networks need no data: --dynamic."
    })
public final class QuantizeCommand implements Subcommand, Callable<Integer> {
  private static final List<String> NOT_DYNAMIC =
      List.of(
          "--classpath",
          "--images",
          "--estimator",
          "--weight-bits",
          "--activation-bits",
          "--max-drop",
          "--seed");

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
      description = {
        "Folder of images, IDX or CSV files, CSV file, or Java class (docs/data.md): training images"
            + " to calibrate with, test images to measure.",
        "With --dynamic: folder of the text to measure a word model on, or nothing."
      })
  private Optional<String> data;

  @Option(
      names = "--dynamic",
      description = {
        "Recurrent networks: weights of 8 bits, activations get their codes while it runs",
        "(docs/choosing.md). With --data --model is a word model as qat4j words writes it, with",
        "vocabulary.txt beside it."
      })
  private boolean dynamic;

  @Option(
      names = "--stateless",
      description =
          "With --dynamic: each call begins anew. Bidirectional layers can do nothing else.")
  private boolean stateless;

  @Option(
      names = "--images",
      defaultValue = "500",
      description = "How many to calibrate with (default: ${DEFAULT-VALUE}).")
  private int images;

  @Option(
      names = "--estimator",
      paramLabel = "NAME[:NUMBER]",
      description = {
        "How ranges are chosen: minMax, percentile:99.9, meanStd:3, kl, mse, l2, or",
        "movingAverage:0.01 of the batches' extremes (docs/ranges.md).",
        "Default: minMax; with up to 4 bits mse, for a learned scale."
      })
  private Optional<String> estimator;

  @Option(
      names = "--weight-bits",
      defaultValue = "8",
      description = "Bits of weights, 1 to 8 or 16 (default: ${DEFAULT-VALUE}).")
  private int weightBits;

  @Option(
      names = "--activation-bits",
      defaultValue = "8",
      description = "Bits of the outputs of layers, 1 to 8 or 16 (default: ${DEFAULT-VALUE}).")
  private int activationBits;

  @Option(
      names = "--max-drop",
      paramLabel = "POINTS",
      description = {
        "Loss of accuracy on the test images that is allowed. If the model loses more, other",
        "estimators, equalization, bias correction, weight rounding, 16 bits and real numbers for the",
        "worst layers are tried (docs/choosing.md); exit status 1 if nothing is good enough."
      })
  private Optional<Double> maxDrop;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "model.onnx",
      description = "Model file; its report gets the ending .json (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(names = "--force", description = "Replace earlier files of these names.")
  private boolean force;

  @Option(
      names = "--seed",
      defaultValue = "12345",
      description = "Seed of the choice of images (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Override
  public Integer call() {
    if (dynamic) {
      require(!(stateless && data.isPresent()), "--stateless and --data cannot be combined");
      NOT_DYNAMIC.forEach(option -> require(!given(option), option + " is not for --dynamic"));
      quantizeDynamic(ModelFiles.check(out, force));
    } else {
      require(!stateless, "--stateless is for --dynamic");
      require(data.isPresent(), "Missing required option: '--data=DATA'");
      QuantizeConfig config = config(data.get());
      ModelFiles files = ModelFiles.check(out, force);
      QuantizationReport report = QuantizeJob.load(config, classPath.classes()).run(files);
      print(QuantizationText.render(report), files);
    }
    return ExitCode.OK;
  }

  private boolean given(String option) {
    return spec.commandLine().getParseResult().hasMatchedOption(option);
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private void quantizeDynamic(ModelFiles files) {
    Path zip = Path.of(model);
    if (data.isPresent()) {
      WordFiles words = WordFiles.read(zip, Path.of(data.get()));
      QuantizedModel quantized = Qat.quantizeDynamic(words.network());
      WordReport report =
          files.write(quantized, file -> WordReport.of(words, quantized), WordReport::json);
      print(report.toString(), files);
    } else {
      DynamicConfig config = DynamicConfig.int8();
      files.write(NetworkFile.read(zip).quantizeDynamic(stateless ? config.stateless() : config));
      Qat4j.print(spec, String.format("Model: %s%n", files.model()));
    }
  }

  private void print(String report, ModelFiles files) {
    Qat4j.print(
        spec, String.format("%s%nModel: %s%nReport: %s%n", report, files.model(), files.report()));
  }

  private QuantizeConfig config(String from) {
    try {
      return new QuantizeConfig(
          model, from, images, estimator, weightBits, activationBits, maxDrop, seed);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
