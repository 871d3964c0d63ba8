package org.qat4j.examples.words;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The words that a model knows, each by its place. */
public final class Vocabulary {
  /** Stands for every word that is none of the vocabulary. */
  public static final String UNKNOWN = "<unk>";

  /** Stands at the end of each line. */
  public static final String END = "<eos>";

  private final List<String> words;
  private final Map<String, Integer> places = new HashMap<>();

  /**
   * A vocabulary of these words.
   *
   * @throws IllegalArgumentException if a word is there twice or holds white space, or {@link
   *     #UNKNOWN} or {@link #END} is not among them
   */
  public Vocabulary(List<String> words) {
    this.words = List.copyOf(words);
    for (String word : this.words) {
      if (word.isEmpty() || word.chars().anyMatch(Character::isWhitespace)) {
        throw new IllegalArgumentException("'" + word + "' is no word");
      }
      if (places.putIfAbsent(word, places.size()) != null) {
        throw new IllegalArgumentException("'" + word + "' is there twice");
      }
    }
    for (String needed : List.of(UNKNOWN, END)) {
      if (!places.containsKey(needed)) {
        throw new IllegalArgumentException("the vocabulary lacks " + needed);
      }
    }
  }

  /**
   * The most frequent words of a text, {@link #UNKNOWN} and {@link #END} among them; of equally
   * frequent ones those that come first.
   *
   * @param most how many words it has at most, at least 2
   */
  public static Vocabulary of(List<String> text, int most) {
    Map<String, Long> counts =
        text.stream()
            .collect(
                Collectors.groupingBy(
                    Function.identity(), LinkedHashMap::new, Collectors.counting()));
    counts.put(UNKNOWN, Long.MAX_VALUE);
    counts.put(END, Long.MAX_VALUE);
    Comparator<Map.Entry<String, Long>> byCount = Map.Entry.comparingByValue();
    return new Vocabulary(
        counts.entrySet().stream()
            .sorted(byCount.reversed())
            .limit(most)
            .map(Map.Entry::getKey)
            .toList());
  }

  public int size() {
    return words.size();
  }

  public String word(int place) {
    return words.get(place);
  }

  /**
   * The place of a word.
   *
   * @throws IllegalArgumentException if it is not in the vocabulary
   */
  public int place(String word) {
    Integer place = places.get(word);
    if (place == null) {
      throw new IllegalArgumentException(
          "the word '"
              + word
              + "' is none of the "
              + size()
              + " that the model knows; write "
              + UNKNOWN
              + " in its place");
    }
    return place;
  }

  /** The places of a text's words; those that are not in the vocabulary become {@link #UNKNOWN}. */
  public int[] encode(List<String> text) {
    int unknown = places.get(UNKNOWN);
    return text.stream().mapToInt(word -> places.getOrDefault(word, unknown)).toArray();
  }

  /** The words in order. */
  public List<String> words() {
    return words;
  }

  /**
   * Reads a file of one word a line.
   *
   * @throws IOException if there is no such file, or it is no vocabulary
   */
  public static Vocabulary read(Path file) throws IOException {
    try (Stream<String> lines = Files.lines(file, StandardCharsets.UTF_8)) {
      return new Vocabulary(lines.toList());
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is no vocabulary: " + e.getMessage(), e);
    }
  }
}
