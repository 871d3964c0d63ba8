package org.qat4j.examples.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.qat4j.examples.data.IdxReader;
import org.qat4j.examples.data.Images;
import org.qat4j.examples.data.PngFolder;
import org.qat4j.examples.error.UserException;
import org.qat4j.examples.evaluation.Accuracy;
import org.qat4j.examples.evaluation.Int8Classifier;
import org.qat4j.graph.Shape;
import org.qat4j.int8.Int8Model;
import org.qat4j.int8.Int8Session;
import org.qat4j.int8.SessionOptions;
import org.qat4j.runtime.Saturation;
import org.qat4j.runtime.SaturationRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies images with a model file. */
@Command(name = "run", description = "Classify images with an INT8 model file.")
final class RunCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "MODEL", description = "ONNX file.")
  private Path model;

  @Mixin private FloatOption allowed;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "FILE|DIR",
      description = "IDX file of images (gzip or not), or a folder of PNG files.")
  private Path input;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "IDX file of labels: print the accuracy too.")
  private Optional<Path> labels;

  @Option(
      names = "--watch",
      description =
          "Count the values that each layer clamps to its calibrated range; warn above 1 %%.")
  private boolean watch;

  @Override
  public Integer call() throws IOException {
    Int8Model loaded = allowed.load(model);
    boolean folder = Files.isDirectory(input);
    List<Path> files = folder ? PngFolder.files(input) : List.of();
    Images images = folder ? PngFolder.images(files) : IdxReader.images(input);
    requireShape(ModelShape.ofPixels(model, loaded), images);
    Optional<byte[]> expected = labels.map(file -> IdxReader.labels(file, input, images.count()));
    int[] predicted;
    List<Saturation> clamped;
    SessionOptions options =
        watch ? SessionOptions.DEFAULT.withWatch(SaturationRule.DEFAULT) : SessionOptions.DEFAULT;
    try (Int8Session session = Int8Session.open(loaded, options)) {
      predicted = new Int8Classifier(session).predict(images, Accuracy.BATCH);
      clamped = watch ? session.saturation() : List.of();
    }
    print(predicted, files, expected);
    print(clamped);
    return 0;
  }

  private void requireShape(Shape wanted, Images images) {
    if (!wanted.equals(Shape.of(images.channels(), images.height(), images.width()))) {
      throw new UserException(
          model
              + " takes images of "
              + wanted
              + " (channels, height, width), but "
              + input
              + " holds "
              + images.channels()
              + "x"
              + images.height()
              + "x"
              + images.width());
    }
  }

  /** One line for each image: its number or file, and its class; the accuracy goes last. */
  private void print(int[] predicted, List<Path> files, Optional<byte[]> expected) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < predicted.length; i++) {
      String image = files.isEmpty() ? Integer.toString(i) : files.get(i).getFileName().toString();
      text.append(image).append('\t').append(predicted[i]).append(System.lineSeparator());
    }
    Qat4j.print(spec, text.toString());
    expected.ifPresent(
        right -> {
          long hits =
              IntStream.range(0, predicted.length).filter(i -> predicted[i] == right[i]).count();
          Qat4j.print(
              spec,
              String.format(
                  Locale.ROOT,
                  "accuracy\t%.4f\t(%d of %d)%n",
                  (double) hits / predicted.length,
                  hits,
                  predicted.length));
        });
  }

  /** One line for each layer: how much of it was clamped. */
  private void print(List<Saturation> clamped) {
    for (Saturation s : clamped) {
      Qat4j.print(
          spec,
          String.format(
              Locale.ROOT,
              "clamped\t%s\t%.4f %%\t(%d low, %d high of %d)%n",
              s.layer(),
              100 * s.fraction(),
              s.low(),
              s.high(),
              s.codes()));
    }
  }
}
