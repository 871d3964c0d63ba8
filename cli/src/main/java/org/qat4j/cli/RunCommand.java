package org.qat4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.qat4j.cli.data.ClassSet;
import org.qat4j.cli.data.IdxReader;
import org.qat4j.cli.data.InputSource;
import org.qat4j.cli.data.Inputs;
import org.qat4j.cli.data.ModelNotes;
import org.qat4j.cli.error.UserException;
import org.qat4j.cli.evaluation.Accuracy;
import org.qat4j.cli.evaluation.ClassAccuracy;
import org.qat4j.cli.evaluation.Classifier;
import org.qat4j.cli.evaluation.SessionClassifier;
import org.qat4j.graph.Shape;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.runtime.Saturation;
import org.qat4j.runtime.SaturationRule;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Classifies images with a model file. */
@Command(
    name = "run",
    description = "Classify images, or rows of features, with an INT8 model file.")
final class RunCommand implements Callable<Integer> {
  /** Images in memory at once: as many as in the job, fewer large ones. */
  private static final int BATCH_PIXELS = 1 << 21;

  /** Mistakes that are listed of each class. */
  private static final int MISTAKES = 3;

  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private ModelFile model;

  /** As a parameter or as an option. */
  private static final class ModelFile {
    @Parameters(paramLabel = "MODEL", description = "ONNX file.")
    private Path parameter;

    @Option(names = "--model", paramLabel = "MODEL", description = "The same as an option.")
    private Path option;
  }

  @Mixin private FloatOption allowed;
  @Mixin private InputOptions inputs;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "IDX file of the images' classes: print the accuracy, as is done for folders of classes.")
  private Optional<Path> labels;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description =
          "Names of the model's classes, one on each line (default: the folders in alphabetical"
              + " order).")
  private Optional<Path> names;

  @Option(
      names = "--watch",
      description =
          "Count the values that each layer clamps to its calibrated range; warn above 1 %%.")
  private boolean watch;

  @Override
  public Integer call() throws IOException {
    QuantizedModel loaded = allowed.load(file());
    int count = classes(loaded.graph().outputs().get(0).shape());
    Optional<ModelNotes> notes = ModelNotes.of(loaded.properties(), file());
    ClassSet known = known(notes, count);
    SessionOptions options =
        watch ? SessionOptions.DEFAULT.withWatch(SaturationRule.DEFAULT) : SessionOptions.DEFAULT;
    Shape shape = ModelShape.ofPixels(file(), loaded);
    try (InputSource source = inputs.open(file(), shape, notes, known);
        InferenceSession session = InferenceSession.open(loaded, options)) {
      Classes classes =
          known.names().isEmpty()
              ? Classes.of(source, inputs.input(), count)
              : new Classes(known.names());
      Optional<int[]> expected = expected(source, classes, count);
      int[] predicted = predict(source, shape.elements(), new SessionClassifier(session));
      print(source, classes, predicted);
      expected.ifPresent(right -> print(classes, predicted, right));
      print(watch ? session.saturation() : List.of());
    }
    return 0;
  }

  private Path file() {
    return model.parameter == null ? model.option : model.parameter;
  }

  private int classes(Shape scores) {
    if (scores.elements() != scores.channels()) {
      throw new UserException(
          file()
              + " gives "
              + scores
              + " numbers for an image; this command needs one for each class");
    }
    return scores.elements();
  }

  /** Names that a file gives, or the model itself. */
  private ClassSet known(Optional<ModelNotes> notes, int count) throws IOException {
    if (names.isPresent()) {
      return new ClassSet(count, Classes.read(names.get(), count).names());
    }
    List<String> said = notes.map(ModelNotes::classes).orElse(List.of());
    return said.size() == count ? new ClassSet(count, said) : ClassSet.of(count);
  }

  private Optional<int[]> expected(InputSource source, Classes classes, int count) {
    Optional<int[]> said = source.labels().or(() -> classes.labels(source, inputs.input()));
    if (labels.isEmpty()) {
      return said;
    }
    if (said.isPresent()) {
      throw new UserException(
          inputs.input() + ": its folders say of which class each image is; leave --labels out");
    }
    byte[] read = IdxReader.labels(labels.get(), count, inputs.input(), source.count());
    return Optional.of(IntStream.range(0, read.length).map(i -> read[i] & 0xFF).toArray());
  }

  private static int[] predict(InputSource source, int size, Classifier classifier) {
    int batch = Math.max(1, Math.min(Accuracy.BATCH, BATCH_PIXELS / size));
    int[] predicted = new int[source.count()];
    for (int from = 0; from < predicted.length; from += batch) {
      Inputs some = source.inputs(from, Math.min(from + batch, predicted.length));
      System.arraycopy(classifier.predict(some, batch), 0, predicted, from, some.count());
    }
    return predicted;
  }

  /** One line for each image: its number or file, its class, and what that is called. */
  private void print(InputSource source, Classes classes, int[] predicted) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < predicted.length; i++) {
      text.append(source.name(i)).append('\t').append(predicted[i]);
      if (!classes.names().isEmpty()) {
        text.append('\t').append(classes.name(predicted[i]));
      }
      text.append(System.lineSeparator());
    }
    Qat4j.print(spec, text.toString());
  }

  /** One line for each class that occurs, and one for all. */
  private void print(Classes classes, int[] predicted, int[] expected) {
    int hits = 0;
    for (ClassAccuracy one : ClassAccuracy.of(predicted, expected)) {
      hits += one.right();
      String mistakes =
          one.mistakes().stream()
              .limit(MISTAKES)
              .map(mistake -> classes.name(mistake.taken()) + " " + mistake.images())
              .collect(Collectors.joining(", "));
      Qat4j.print(
          spec,
          "class\t"
              + classes.name(one.label())
              + "\t"
              + fraction(one.right(), one.images())
              + (mistakes.isEmpty() ? "" : "\ttaken for " + mistakes)
              + System.lineSeparator());
    }
    Qat4j.print(spec, "accuracy\t" + fraction(hits, predicted.length) + System.lineSeparator());
  }

  private static String fraction(int right, int images) {
    return String.format(Locale.ROOT, "%.4f\t(%d of %d)", (double) right / images, right, images);
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
