package org.qat4j.jobs.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.qat4j.cli.error.UserException;

/** Tells in which keys two configurations differ. */
public final class ConfigDifference {
  private ConfigDifference() {}

  /**
   * Refuses another configuration.
   *
   * @param where the run that is resumed
   * @param saved what it was started with
   * @param wanted what is asked for now
   * @throws UserException if they differ, naming each key and both values
   */
  public static void requireNone(Object where, JobConfig saved, JobConfig wanted) {
    List<String> differences = new ArrayList<>();
    collect("", ConfigReader.tree(saved), ConfigReader.tree(wanted), differences);
    if (!differences.isEmpty()) {
      throw new UserException(
          where
              + " cannot be resumed with another configuration: "
              + String.join("; ", differences)
              + ". Resume with the same one, or start a new run with --name");
    }
  }

  private static void collect(
      String prefix, JsonNode saved, JsonNode wanted, List<String> differences) {
    for (Map.Entry<String, JsonNode> entry : saved.properties()) {
      JsonNode now = wanted.get(entry.getKey());
      if (entry.getValue().isObject()) {
        collect(prefix + entry.getKey() + ".", entry.getValue(), now, differences);
      } else if (!entry.getValue().equals(now)) {
        differences.add(
            prefix + entry.getKey() + " was " + entry.getValue() + " and is now " + now);
      }
    }
  }
}
