package org.qat4j.training.dynamic;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DynamicFormsTest {
  private static final String HEADER = "| layer | becomes dynamically |";

  /** The first column, below the header and the line of dashes. */
  private static List<String> documented() throws IOException {
    return Files.readAllLines(Path.of("../docs/layers.md")).stream()
        .dropWhile(line -> !line.equals(HEADER))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .flatMap(row -> Arrays.stream(row.split("\\|", -1)[1].strip().split(", ", -1)))
        .toList();
  }

  @Test
  void layersDocument_listsWhatTheFormsSupport() throws IOException {
    assertEquals(
        DynamicForms.names().stream().sorted().toList(), documented().stream().sorted().toList());
  }
}
