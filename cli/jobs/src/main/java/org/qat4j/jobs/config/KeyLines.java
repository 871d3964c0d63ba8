package org.qat4j.jobs.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** The line on which each key of a document stands, by its dotted path. */
final class KeyLines {
  private final Map<String, Integer> lines;

  private KeyLines(Map<String, Integer> lines) {
    this.lines = lines;
  }

  static KeyLines of(JsonFactory format, String text) throws IOException {
    Map<String, Integer> lines = new HashMap<>();
    try (JsonParser parser = format.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          String path = parser.getParsingContext().pathAsPointer().toString();
          lines.put(path.substring(1).replace('/', '.'), parser.currentTokenLocation().getLineNr());
        }
      }
    }
    return new KeyLines(lines);
  }

  /**
   * {@code ":line"} of the key or of its nearest enclosing key; empty where neither is in the
   * document.
   */
  String suffix(String path) {
    String at = path;
    while (!lines.containsKey(at)) {
      int dot = at.lastIndexOf('.');
      if (dot < 0) {
        return "";
      }
      at = at.substring(0, dot);
    }
    return ":" + lines.get(at);
  }
}
