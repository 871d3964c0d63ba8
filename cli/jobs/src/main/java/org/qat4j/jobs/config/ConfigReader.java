package org.qat4j.jobs.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.qat4j.cli.error.UserException;

/**
 * Reads a {@link JobConfig} from YAML. A key that is left out has its default; a key that is not
 * known, or a value that is not allowed, is an error that names the file, the line and the key.
 */
public final class ConfigReader {
  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                  .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
          // YAML 1.1 takes 1e-3 for text, because it has no dot.
          .withCoercionConfig(
              LogicalType.Float,
              config -> config.setCoercion(CoercionInputShape.String, CoercionAction.TryConvert))
          .build();

  private ConfigReader() {}

  /** Values that the command line puts in the place of the file's. */
  public static ObjectNode noOverrides() {
    return YAML.createObjectNode();
  }

  /**
   * Reads a file.
   *
   * @param overrides keys that win over the file's
   * @throws UserException if the file is absent, not YAML, or holds an unknown key or a value that
   *     is not allowed
   */
  public static JobConfig read(Path file, ObjectNode overrides) {
    try {
      return parse(file.toString(), Files.readString(file), overrides);
    } catch (MalformedInputException e) {
      throw new UserException(file + ": not a text file in UTF-8", e);
    } catch (NoSuchFileException e) {
      throw new UserException("no such file: " + file, e);
    } catch (IOException e) {
      throw new UserException("cannot read the configuration file " + file + " (" + e + ")", e);
    }
  }

  /**
   * Reads a text.
   *
   * @param name the text's origin, for messages
   * @throws UserException as {@link #read}
   */
  public static JobConfig parse(String name, String text, ObjectNode overrides) {
    JsonNode document;
    KeyLines lines;
    try (JsonParser parser = new SpecialNumbers(YAML.createParser(text))) {
      document =
          parser.nextToken() == null ? noOverrides() : YAML.readValue(parser, JsonNode.class);
      lines = KeyLines.of(YAML.getFactory(), text);
    } catch (JsonProcessingException e) {
      throw ConfigErrors.syntax(name, e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!(document instanceof ObjectNode given)) {
      throw new UserException(name + ": expected keys and values, found only " + document);
    }
    expandData(given);
    expandData(overrides);
    merge(given, overrides);
    ObjectNode merged = YAML.valueToTree(defaults(given));
    merge(merged, given);
    return bind(name, merged, lines);
  }

  /** {@code data: photos} is short for a data set of one's own. */
  private static void expandData(ObjectNode given) {
    if (given.get("data") instanceof TextNode own) {
      given.putObject("data").put("source", "own").put("folder", own.textValue());
    }
  }

  /** One's own network goes with one's own data, unless something else is said. */
  private static JobConfig defaults(ObjectNode given) {
    JsonNode network = given.path("network");
    boolean ownNetwork = network.isTextual() && NetworkKind.named(network.textValue()).isEmpty();
    String source = given.at("/data/source").asText(ownNetwork ? "own" : "");
    return JobConfig.defaults(ownNetwork, source.equals("own"));
  }

  /** The configuration as YAML, with every key. */
  public static String write(JobConfig config) {
    try {
      return YAML.writeValueAsString(config);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The configuration as a tree with every key. */
  public static JsonNode tree(JobConfig config) {
    return YAML.valueToTree(config);
  }

  private static JobConfig bind(String name, ObjectNode tree, KeyLines lines) {
    try {
      return YAML.treeToValue(tree, JobConfig.class);
    } catch (JsonProcessingException e) {
      throw ConfigErrors.binding(name, lines, tree, e);
    }
  }

  private static void merge(ObjectNode base, ObjectNode changes) {
    changes
        .properties()
        .forEach(
            entry -> {
              JsonNode old = base.get(entry.getKey());
              if (old instanceof ObjectNode inner
                  && entry.getValue() instanceof ObjectNode change) {
                merge(inner, change);
              } else {
                base.set(entry.getKey(), entry.getValue());
              }
            });
  }
}
