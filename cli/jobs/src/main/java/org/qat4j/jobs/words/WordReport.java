package org.qat4j.jobs.words;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.qat4j.cli.report.TextTable;
import org.qat4j.examples.networks.WordLstm;
import org.qat4j.examples.words.SessionWords;
import org.qat4j.examples.words.Vocabulary;
import org.qat4j.examples.words.WordModel;
import org.qat4j.examples.words.WordScore;
import org.qat4j.examples.words.WordStreams;
import org.qat4j.examples.words.WordTraining;
import org.qat4j.examples.words.WordWriter;
import org.qat4j.inference.QuantizedModel;

/**
 * A word model in float and quantized.
 *
 * @param words of the text that are predicted
 * @param scores of Deeplearning4j's network and of what is made of it
 * @param written by the quantized model
 */
public record WordReport(long words, List<WordScore> scores, String written) {
  private static final int LENGTH = 60;
  private static final double TEMPERATURE = 0.8;

  public WordReport {
    scores = List.copyOf(scores);
  }

  /**
   * Evaluates on a text, and lets the quantized model write.
   *
   * @param model of the network
   */
  public static WordReport of(WordFiles files, QuantizedModel model) {
    Vocabulary vocabulary = files.vocabulary();
    WordStreams streams = new WordStreams(vocabulary.encode(files.text()), WordTraining.STREAMS);
    List<WordScore> scores = compare(files.network(), streams);
    try (WordModel writer = new SessionWords(model, 1)) {
      List<String> written =
          new WordWriter(writer, vocabulary, TEMPERATURE)
              .write(List.of(Vocabulary.END), LENGTH, new Random(1));
      return new WordReport(streams.predicted(WordLstm.STEPS), scores, String.join(" ", written));
    }
  }

  private static List<WordScore> compare(MultiLayerNetwork network, WordStreams text) {
    try {
      return WordScore.compare(network, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For programs. */
  public String json() {
    try {
      return new ObjectMapper().writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(this)
          + "\n";
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** For a person. */
  @Override
  public String toString() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "loss", "perplexity", "MB", "seconds"));
    for (WordScore score : scores) {
      rows.add(
          List.of(
              score.model(),
              format("%.4f", score.loss()),
              format("%.2f", score.perplexity()),
              format("%.2f", score.megabytes()),
              format("%.1f", score.seconds())));
    }
    return format("%n%s%non %,d words%n%n%s", TextTable.of(rows), words, written);
  }

  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }
}
