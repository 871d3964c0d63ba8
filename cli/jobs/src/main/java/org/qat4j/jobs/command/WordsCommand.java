package org.qat4j.jobs.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qat4j.cli.Qat4j;
import org.qat4j.cli.Subcommand;
import org.qat4j.cli.error.UserException;
import org.qat4j.examples.networks.WordLstm;
import org.qat4j.examples.words.Vocabulary;
import org.qat4j.examples.words.WordText;
import org.qat4j.examples.words.WordTraining;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.jobs.run.RunFolder;
import org.qat4j.jobs.words.WordFiles;
import org.qat4j.jobs.words.WordReport;
import org.qat4j.training.Qat;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Trains a word model and quantizes it. */
@Command(
    name = "words",
    description = {
      "Train a word-level language model, quantize it dynamically, compare, and let it write.",
      "Trains on train.txt of the folder, or on valid.txt where there is none, and evaluates on"
          + " test.txt; wiki.*.tokens and .gz will do."
    })
public final class WordsCommand implements Subcommand, Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Folder of the text, words separated by spaces, such as WikiText-2's.")
  private Path data;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "runs/words",
      description =
          "New folder for word.zip, vocabulary.txt, model.onnx and report.json (default: ${DEFAULT-VALUE}).")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "FILE",
      description =
          "word.zip of an earlier run, with vocabulary.txt beside it: quantize that network, in place of training one.")
  private Optional<Path> model;

  @Option(
      names = "--words",
      defaultValue = "4000",
      description = "Words of the vocabulary at most (default: ${DEFAULT-VALUE}).")
  private int words;

  @Option(
      names = "--units",
      defaultValue = "128",
      description =
          "Units of each LSTM layer, and numbers for each word (default: ${DEFAULT-VALUE}).")
  private int units;

  @Option(
      names = "--layers",
      defaultValue = "2",
      description = "LSTM layers (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--dropout",
      defaultValue = "0.2",
      description = "Probability that an input is left out (default: ${DEFAULT-VALUE}).")
  private double dropout;

  @Option(
      names = "--rate",
      defaultValue = "0.003",
      description = "Learning rate of Adam (default: ${DEFAULT-VALUE}).")
  private double rate;

  @Option(names = "--epochs", defaultValue = "4", description = "Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(names = "--seed", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Override
  public Integer call() {
    require(words >= 3, "--words must be >= 3: " + words);
    require(units >= 1 && layers >= 1, "--units and --layers must be >= 1");
    require(dropout >= 0 && dropout < 1, "--dropout must be in [0, 1): " + dropout);
    require(rate > 0, "--rate must be > 0: " + rate);
    require(epochs >= 1, "--epochs must be >= 1: " + epochs);
    if (Files.exists(out)) {
      throw new UserException(out + " exists and is not overwritten: name another with --out");
    }
    try {
      run();
    } catch (IOException e) {
      throw new UserException(e.getMessage(), e);
    }
    return 0;
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private void run() throws IOException {
    WordFiles words = model.isPresent() ? WordFiles.read(model.get(), data) : train();
    QuantizedModel quantized = Qat.quantizeDynamic(words.network());
    WordReport report = WordReport.of(words, quantized);
    Files.createDirectories(out);
    words.write(out);
    quantized.save(out.resolve("model.onnx"));
    RunFolder.writeText(out.resolve("report.json"), report.json());
    say(report.toString());
  }

  private WordFiles train() throws IOException {
    Path from = trainingText();
    List<String> text = WordText.read(from);
    List<String> test = WordText.read(WordText.find(data, "test"));
    WordLstm sizes = new WordLstm(words, units, units, layers);
    WordTraining training = new WordTraining(sizes, dropout, rate, epochs, seed);
    Vocabulary vocabulary = training.vocabulary(text);
    say(
        String.format(
            Locale.ROOT,
            "training on %s, %,d words, of which the vocabulary has %,d",
            from.getFileName(),
            text.size(),
            vocabulary.size()));
    return new WordFiles(training.train(text, vocabulary, this::say), vocabulary, test);
  }

  private Path trainingText() throws IOException {
    try {
      return WordText.find(data, "train");
    } catch (NoSuchFileException e) {
      return WordText.find(data, "valid");
    }
  }

  private void say(String line) {
    Qat4j.print(spec, line + System.lineSeparator());
  }
}
