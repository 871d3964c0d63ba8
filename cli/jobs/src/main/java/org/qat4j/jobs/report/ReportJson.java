package org.qat4j.jobs.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import java.io.UncheckedIOException;
import java.util.Map;

/** A report as JSON. */
public final class ReportJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
          .build();

  private ReportJson() {}

  /** Indented, for files. */
  public static String pretty(Report report) {
    return indented(report);
  }

  /** Indented, for files. */
  public static String pretty(QuantizationReport report) {
    return indented(report);
  }

  /** Indented, for files. */
  public static String pretty(SensitivityReport report) {
    return indented(report);
  }

  private static String indented(Record report) {
    try {
      return JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** On one line, safe inside an HTML script element. */
  static String embedded(Record report) {
    try {
      return JSON.writeValueAsString(report).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** As maps, lists and numbers. */
  static Map<String, Object> map(Record report) {
    return JSON.convertValue(report, new TypeReference<Map<String, Object>>() {});
  }
}
