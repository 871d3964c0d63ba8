package org.qat4j.cli.data;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.qat4j.cli.error.UserException;

/**
 * What a model file says of the data that it was trained on, so that others are read alike.
 *
 * @param classes names in the order of the model's outputs; empty if unknown
 * @param image {@code [channels, height, width]} of an image that the model takes; empty for a
 *     model of features
 * @param reading how files become its inputs
 */
public record ModelNotes(List<String> classes, List<Integer> image, Reading reading) {
  private static final String CLASSES = "qat4j.classes";
  private static final String IMAGE = "qat4j.image";
  private static final String WHITE = "qat4j.white";
  private static final String MEAN = "qat4j.mean";
  private static final String STD = "qat4j.std";
  private static final String RESIZE = "qat4j.resize";
  private static final String ORDER = "qat4j.order";
  private static final String LABEL = "qat4j.label";

  public ModelNotes {
    classes = List.copyOf(classes);
    image = List.copyOf(image);
  }

  /** Of what a network was trained on. */
  public static ModelNotes of(Labelled data, Reading reading) {
    List<Integer> image =
        data.inputs() instanceof Images images
            ? List.of(images.channels(), images.height(), images.width())
            : List.of();
    return new ModelNotes(data.names(), image, reading);
  }

  /** As the properties of a model. */
  public Map<String, String> properties() {
    Map<String, String> properties = new TreeMap<>();
    if (!classes.isEmpty()) {
      properties.put(CLASSES, String.join("\n", classes));
    }
    if (!image.isEmpty()) {
      properties.put(IMAGE, text(image));
      properties.put(RESIZE, reading.resize().name().toLowerCase(Locale.ROOT));
      properties.put(ORDER, reading.order().name().toLowerCase(Locale.ROOT));
    }
    properties.put(WHITE, Double.toString(reading.scaling().white()));
    properties.put(MEAN, text(reading.scaling().mean()));
    properties.put(STD, text(reading.scaling().std()));
    if (!reading.label().isEmpty()) {
      properties.put(LABEL, reading.label());
    }
    return properties;
  }

  private static String text(List<?> numbers) {
    return numbers.stream().map(Object::toString).collect(Collectors.joining(" "));
  }

  /**
   * What a model says; empty if it says nothing.
   *
   * @param file the model, for messages
   * @throws UserException if it says what cannot be
   */
  public static Optional<ModelNotes> of(Map<String, String> properties, Object file) {
    if (!properties.containsKey(WHITE)) {
      return Optional.empty();
    }
    try {
      InputScaling scaling =
          new InputScaling(
              Double.parseDouble(properties.get(WHITE)),
              numbers(properties, MEAN, Double::valueOf),
              numbers(properties, STD, Double::valueOf));
      Reading reading =
          new Reading(
              ImageSize.ANY,
              PictureFit.Resize.valueOf(upper(properties.getOrDefault(RESIZE, "none"))),
              PictureFit.Order.valueOf(upper(properties.getOrDefault(ORDER, "rgb"))),
              scaling,
              properties.getOrDefault(LABEL, ""));
      String classes = properties.getOrDefault(CLASSES, "");
      return Optional.of(
          new ModelNotes(
              classes.isEmpty() ? List.of() : List.of(classes.split("\n")),
              image(properties),
              reading));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          file + ": its metadata say of its input what cannot be: " + e.getMessage(), e);
    }
  }

  private static List<Integer> image(Map<String, String> properties) {
    List<Integer> image = numbers(properties, IMAGE, Integer::valueOf);
    if (!image.isEmpty() && image.size() != 3) {
      throw new IllegalArgumentException("an image of the sizes " + image);
    }
    return image;
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  private static <T> List<T> numbers(
      Map<String, String> properties, String key, Function<String, T> parse) {
    String text = properties.getOrDefault(key, "");
    return text.isEmpty() ? List.of() : Arrays.stream(text.split(" ", -1)).map(parse).toList();
  }
}
