package org.qat4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.qat4j.cli.data.ClassSet;
import org.qat4j.cli.data.Examples;
import org.qat4j.cli.data.IdxImages;
import org.qat4j.cli.data.InputScaling;
import org.qat4j.cli.data.InputSource;
import org.qat4j.cli.data.InputSpec;
import org.qat4j.cli.data.ModelNotes;
import org.qat4j.cli.data.PictureFit;
import org.qat4j.cli.data.PictureSource;
import org.qat4j.cli.data.Reading;
import org.qat4j.cli.error.UserException;
import org.qat4j.graph.Shape;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which inputs a model gets, and how. */
final class InputOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"--input", "--data"},
      required = true,
      paramLabel = "PATH",
      description = {
        "A PNG or JPEG image; a folder of them, or one with a folder for each class; a tar archive"
            + " of such folders; an IDX file of images (gzip or not), or a folder of those of a data"
            + " set; a CSV file of features."
      })
  private Path input;

  @Option(
      names = "--part",
      paramLabel = "NAME",
      description =
          "Which of several folders of classes to take, for example train (default: test).")
  private Optional<String> part;

  @Option(
      names = "--layout",
      description =
          "Order of the sizes of an IDX file of rank 4: nchw or nhwc, where it is unclear.")
  private Optional<IdxImages.Layout> layout;

  @Option(
      names = "--resize",
      paramLabel = "HOW",
      description =
          "Scale images of another size: stretch, or crop (what sticks out is cut off). Without it"
              + " it is done as in training if the model says how, or else they are refused.")
  private Optional<PictureFit.Resize> resize;

  @Option(names = "--grey", description = "Turn colour images into brightness for a grey model.")
  private boolean grey;

  @Option(names = "--colour", description = "Take grey images as coloured ones for a colour model.")
  private boolean colour;

  @Option(
      names = "--white",
      paramLabel = "NUMBER",
      description =
          "What the model takes for white, before --mean and --std (default: what the model says, or"
              + " 1).")
  private Optional<Double> white;

  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "NUMBER",
      description =
          "Subtracted from each value (default: what the model says, or 0); one number, or one for"
              + " each channel.")
  private List<Double> mean = List.of();

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "NUMBER",
      description =
          "Each value is divided by it after --mean (default: what the model says, or 1); one"
              + " number, or one for each channel.")
  private List<Double> std = List.of();

  Path input() {
    return input;
  }

  /**
   * The inputs of a model.
   *
   * @param shape of one
   * @param notes what the model says of its inputs
   * @param classes that it tells apart
   * @throws ParameterException if an option has no use for this model
   */
  InputSource open(Path model, Shape shape, Optional<ModelNotes> notes, ClassSet classes)
      throws IOException {
    return Examples.areAt(input)
        ? examples(model, shape, notes, classes)
        : pictures(model, shape, notes);
  }

  private Examples examples(Path model, Shape shape, Optional<ModelNotes> notes, ClassSet classes) {
    requireKind("--layout", layout.isPresent(), "holds no single IDX file");
    requireKind("--part", part.isPresent(), "says itself what is for testing");
    Reading asTrained = reading(notes);
    int[] image = image(shape, notes);
    InputSpec spec =
        image.length == 0
            ? InputSpec.rows(model.toString(), shape.elements())
            : InputSpec.images(model.toString(), image[0], image[1], image[2])
                .flat(!shape.isImage());
    return Examples.open(input, spec, classes, asTrained);
  }

  private InputSource pictures(Path model, Shape shape, Optional<ModelNotes> notes)
      throws IOException {
    PictureFit fit = fit(model, image(shape, notes), shape, notes);
    InputSource source =
        InputSource.open(
            input,
            part,
            layout,
            new PictureSource.Target(fit, scaling(reading(notes), fit), !shape.isImage()));
    boolean idx = source instanceof IdxImages;
    requireKind("--layout", layout.isPresent() && !idx, "is no IDX file");
    requireKind("--part", part.isPresent() && idx, "is an IDX file");
    return source;
  }

  /** Channels, height and width of an image that the model takes; empty if it takes none. */
  private static int[] image(Shape shape, Optional<ModelNotes> notes) {
    if (shape.isImage()) {
      return new int[] {shape.channels(), shape.height(), shape.width()};
    }
    return notes.stream()
        .flatMapToInt(said -> said.image().stream().mapToInt(size -> size))
        .toArray();
  }

  private Reading reading(Optional<ModelNotes> notes) {
    Reading said = notes.map(ModelNotes::reading).orElse(Reading.PLAIN);
    return new Reading(
        said.size(), resize.orElse(said.resize()), said.order(), scaling(said), said.label());
  }

  private PictureFit fit(Path model, int[] image, Shape shape, Optional<ModelNotes> notes) {
    if (image.length == 0) {
      throw new UserException(
          model
              + " takes "
              + shape
              + "; give it a CSV file of features (*.csv), or run a model that takes images"
              + " (channels, height, width)");
    }
    requireUse("--grey", grey, 1, image[0], model);
    requireUse("--colour", colour, 3, image[0], model);
    Reading reading = reading(notes);
    boolean asTrained = notes.isPresent();
    return new PictureFit(
        image[0],
        image[1],
        image[2],
        reading.resize(),
        grey || asTrained,
        colour || asTrained,
        reading.order());
  }

  private void requireUse(String option, boolean given, int wanted, int channels, Path model) {
    if (given && channels != wanted) {
      throw new ParameterException(
          spec.commandLine(),
          option
              + " has no use: "
              + model
              + " takes images of "
              + channels
              + " channels, not "
              + wanted);
    }
  }

  private InputScaling scaling(Reading said) {
    try {
      return new InputScaling(
          white.orElse(said.scaling().white()),
          mean.isEmpty() ? said.scaling().mean() : mean,
          std.isEmpty() ? said.scaling().std() : std);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }

  private InputScaling scaling(Reading said, PictureFit fit) {
    InputScaling scaling = scaling(said);
    try {
      int size = fit.channels() * fit.height() * fit.width();
      scaling.requireNumbersFor(fit.channels(), size);
      return scaling;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }

  private void requireKind(String option, boolean useless, String kind) {
    if (useless) {
      throw new ParameterException(
          spec.commandLine(), option + " has no use: " + input + " " + kind);
    }
  }
}
