package org.qat4j.examples.words;

import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Text whose words are separated by white space, as WikiText's are. */
public final class WordText {
  private WordText() {}

  /**
   * The words of a file, {@link Vocabulary#END} behind each line, empty lines included.
   *
   * @param file UTF-8, compressed if its name ends in {@code .gz}
   * @throws IOException if it cannot be read, is no text, or holds no word
   */
  public static List<String> read(Path file) throws IOException {
    List<String> words = new ArrayList<>();
    boolean empty = true;
    try (BufferedReader reader = open(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        List<String> ofLine = split(line);
        empty &= ofLine.isEmpty();
        words.addAll(ofLine);
        words.add(Vocabulary.END);
      }
    } catch (CharacterCodingException e) {
      throw new IOException(file + " is no text: it is not encoded in UTF-8", e);
    } catch (ZipException | EOFException e) {
      throw new IOException(file + " is not compressed by gzip: " + e.getMessage(), e);
    }
    if (empty) {
      throw new IOException(file + " holds no words");
    }
    return words;
  }

  /** The words of one line. */
  public static List<String> split(String line) {
    return Stream.of(line.strip().split("\\s+")).filter(word -> !word.isEmpty()).toList();
  }

  /**
   * The file of that name in a folder: {@code name.txt}, {@code name.txt.gz}, {@code name.tokens},
   * or one of them with {@code wiki.} before it.
   *
   * @throws NoSuchFileException if there is none
   */
  public static Path find(Path folder, String name) throws NoSuchFileException {
    List<String> candidates =
        Stream.of("", "wiki.")
            .flatMap(
                before ->
                    Stream.of(".txt", ".txt.gz", ".tokens").map(behind -> before + name + behind))
            .toList();
    return candidates.stream()
        .map(folder::resolve)
        .filter(Files::isRegularFile)
        .findFirst()
        .orElseThrow(
            () ->
                new NoSuchFileException(
                    folder + " holds none of " + String.join(", ", candidates)));
  }

  private static BufferedReader open(Path file) throws IOException {
    InputStream bytes = new BufferedInputStream(Files.newInputStream(file));
    InputStream text = file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
    return new BufferedReader(new InputStreamReader(text, StandardCharsets.UTF_8.newDecoder()));
  }
}
