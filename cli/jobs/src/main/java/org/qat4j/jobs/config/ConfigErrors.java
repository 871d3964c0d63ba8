package org.qat4j.jobs.config;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.PropertyBindingException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.qat4j.cli.error.UserException;

/**
 * Turns the parser's exceptions into messages that name file, line, key, value and what is allowed.
 */
final class ConfigErrors {
  private static final Pattern PLACE = Pattern.compile("line (\\d+), column");

  private ConfigErrors() {}

  static UserException syntax(String name, JsonProcessingException e) {
    String message = e.getOriginalMessage();
    String reason =
        message.startsWith("Trailing token")
            ? "a configuration is one document, but another one follows"
            : unquoted(message);
    return new UserException(name + line(e) + ": not valid YAML: " + reason, e);
  }

  /** Where the parser stopped: its message says it last, its exception where the context began. */
  private static String line(JsonProcessingException e) {
    List<MatchResult> places = PLACE.matcher(e.getOriginalMessage()).results().toList();
    if (!places.isEmpty()) {
      return ":" + places.get(places.size() - 1).group(1);
    }
    JsonLocation at = e.getLocation();
    return at == null || at.getLineNr() < 1 ? "" : ":" + at.getLineNr();
  }

  /** The parser's sentences, without the places and the text that it quotes between them. */
  private static String unquoted(String message) {
    String sentences =
        message
            .lines()
            .filter(text -> !text.isBlank() && !text.startsWith(" "))
            .collect(Collectors.joining(", "));
    return sentences.isEmpty() ? "unreadable" : sentences;
  }

  static UserException binding(
      String name, KeyLines lines, JsonNode tree, JsonProcessingException e) {
    String path = e instanceof JsonMappingException mapping ? path(mapping) : "";
    if (e instanceof PropertyBindingException unknown) {
      return error(name, lines, path, unknownKey(path, unknown), e);
    }
    if (e.getCause() instanceof InvalidValueException invalid) {
      String key = path.isEmpty() ? invalid.key() : path + "." + invalid.key();
      return error(name, lines, key, key + " " + invalid.getMessage(), e);
    }
    JsonNode value = tree.at("/" + path.replace('.', '/'));
    return error(name, lines, path, path + " is " + value + "; expected " + expected(e), e);
  }

  private static UserException error(
      String name, KeyLines lines, String path, String message, Exception cause) {
    return new UserException(name + lines.suffix(path) + ": " + message, cause);
  }

  private static String unknownKey(String path, PropertyBindingException e) {
    List<String> known = keys(e.getReferringClass());
    LevenshteinDistance distance = LevenshteinDistance.getDefaultInstance();
    String wanted = e.getPropertyName().toLowerCase(Locale.ROOT);
    String nearest =
        known.stream()
            .min(Comparator.comparing(key -> distance.apply(wanted, key.toLowerCase(Locale.ROOT))))
            .orElse("");
    return "unknown key '"
        + path
        + "'; did you mean '"
        + nearest
        + "'? The keys here are "
        + String.join(", ", known);
  }

  private static String expected(JsonProcessingException e) {
    if (e.getCause() instanceof InputCoercionException overflow) {
      return overflow.getTargetType() == int.class
          ? "a whole number, at most " + Integer.MAX_VALUE
          : "a whole number, at most " + Long.MAX_VALUE;
    }
    return e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null
        ? expected(mismatch.getTargetType())
        : "another value (" + e.getOriginalMessage() + ")";
  }

  private static String expected(Class<?> type) {
    if (type.isEnum()) {
      return "one of " + enumNames(type);
    }
    if (type == int.class || type == long.class) {
      return "a whole number";
    }
    if (type == double.class) {
      return "a number";
    }
    if (type == String.class) {
      return "text";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    return "a group of keys (" + String.join(", ", keys(type)) + ")";
  }

  private static List<String> keys(Class<?> group) {
    return Arrays.stream(group.getRecordComponents()).map(ConfigNames::of).toList();
  }

  private static String enumNames(Class<?> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(constant -> ConfigNames.of((Enum<?>) constant))
        .collect(Collectors.joining(", "));
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(JsonMappingException.Reference::getFieldName)
        .filter(field -> field != null)
        .collect(Collectors.joining("."));
  }
}
