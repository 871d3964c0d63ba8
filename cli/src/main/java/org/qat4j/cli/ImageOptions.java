package org.qat4j.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.qat4j.cli.data.IdxImages;
import org.qat4j.cli.data.ImageSource;
import org.qat4j.cli.data.PictureFit;
import org.qat4j.cli.data.PixelScaling;
import org.qat4j.cli.error.UserException;
import org.qat4j.graph.Shape;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which images a model gets, and how. */
final class ImageOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--input",
      required = true,
      paramLabel = "PATH",
      description = {
        "A PNG or JPEG image; a folder of them, or one with a folder for each class; a tar archive"
            + " of such folders; an IDX file of images (gzip or not)."
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
      defaultValue = "NONE",
      paramLabel = "HOW",
      description =
          "Scale images of another size: stretch, or crop (what sticks out is cut off). Without it"
              + " they are refused.")
  private PictureFit.Resize resize;

  @Option(names = "--grey", description = "Turn colour images into brightness for a grey model.")
  private boolean grey;

  @Option(names = "--colour", description = "Take grey images as coloured ones for a colour model.")
  private boolean colour;

  @Option(
      names = "--white",
      defaultValue = "1",
      paramLabel = "NUMBER",
      description = "What the model takes for white, before --mean and --std (default: 1).")
  private double white;

  @Option(
      names = "--mean",
      split = ",",
      defaultValue = "0",
      paramLabel = "NUMBER",
      description = "Subtracted from each value; one number, or one for each channel.")
  private List<Double> mean;

  @Option(
      names = "--std",
      split = ",",
      defaultValue = "1",
      paramLabel = "NUMBER",
      description =
          "Each value is divided by it after --mean; one number, or one for each channel.")
  private List<Double> std;

  Path input() {
    return input;
  }

  /**
   * The images that a model takes.
   *
   * @throws ParameterException if an option has no use for this model
   */
  PictureFit fit(Path model, Shape shape) {
    if (!shape.isImage()) {
      throw new UserException(
          model
              + " takes "
              + shape
              + "; this command needs a model that takes images (channels, height, width)");
    }
    int channels = shape.channels();
    requireUse("--grey", grey, 1, channels, model);
    requireUse("--colour", colour, 3, channels, model);
    return new PictureFit(channels, shape.height(), shape.width(), resize, grey, colour);
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

  PixelScaling scaling(int channels) {
    try {
      PixelScaling scaling = new PixelScaling(white, mean, std);
      scaling.requireChannels(channels);
      return scaling;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--" + e.getMessage());
    }
  }

  ImageSource open(PictureFit wanted) throws IOException {
    ImageSource source = ImageSource.open(input, part, layout, wanted);
    boolean idx = source instanceof IdxImages;
    requireKind("--layout", layout.isPresent() && !idx, "is no IDX file");
    requireKind("--part", part.isPresent() && idx, "is an IDX file");
    return source;
  }

  private void requireKind(String option, boolean useless, String kind) {
    if (useless) {
      throw new ParameterException(
          spec.commandLine(), option + " has no use: " + input + " " + kind);
    }
  }
}
