package org.qat4j.examples.words;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.dataset.DataSet;
import org.qat4j.examples.networks.WordLstm;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.training.Qat;

class WordsTest {
  private static final List<String> CYCLE = List.of("one", "two", "three", "four", "five");
  private static final List<String> TEXT =
      Collections.nCopies(1500, CYCLE).stream().flatMap(List::stream).toList();
  private static final WordTraining TRAINING =
      new WordTraining(new WordLstm(10, 8, 12, 1), 0, 0.05, 3, 1);
  private static final Vocabulary VOCABULARY = TRAINING.vocabulary(TEXT);
  private static MultiLayerNetwork network;

  @TempDir private Path folder;

  @BeforeAll
  static void train() {
    network = TRAINING.train(TEXT, VOCABULARY, progress -> {});
  }

  /** Every word is as probable as every other. */
  private record Uniform(int words) implements WordModel {
    @Override
    public float[] next(int[] places, int batch) {
      float[] probabilities = new float[places.length * words];
      Arrays.fill(probabilities, 1f / words);
      return probabilities;
    }

    @Override
    public void reset() {}

    @Override
    public void close() {}
  }

  private static String message(Class<? extends Exception> type, ThrowingRunnable action) {
    return assertThrows(type, action::run).getMessage();
  }

  private interface ThrowingRunnable {
    void run() throws Exception;
  }

  @Test
  void vocabulary_ofText_holdsTheMostFrequentWords() {
    Vocabulary vocabulary = Vocabulary.of(List.of("b", "a", "c", "a", "b", "a"), 4);

    assertEquals(4, vocabulary.size());
    assertEquals("a", vocabulary.word(2));
    assertEquals("b", vocabulary.word(3));
    int unknown = vocabulary.place(Vocabulary.UNKNOWN);
    assertArrayEquals(new int[] {2, unknown, 3}, vocabulary.encode(List.of("a", "c", "b")));
  }

  @Test
  void vocabulary_writtenAndRead_isTheSame() throws IOException {
    Path file = folder.resolve("vocabulary.txt");
    Files.write(file, VOCABULARY.words());

    Vocabulary read = Vocabulary.read(file);

    assertEquals(VOCABULARY.size(), read.size());
    assertArrayEquals(VOCABULARY.encode(TEXT), read.encode(TEXT));
  }

  @Test
  void vocabulary_thatIsNone_isRefused() throws IOException {
    Path file = Files.writeString(folder.resolve("v"), "a\nb\na\n");

    assertEquals(
        file + " is no vocabulary: 'a' is there twice",
        message(IOException.class, () -> Vocabulary.read(file)));
    assertEquals(
        "the vocabulary lacks <unk>",
        message(IllegalArgumentException.class, () -> new Vocabulary(List.of("a"))));
  }

  @Test
  void word_thatIsUnknown_isRefusedByName() {
    assertEquals(
        "the word 'six' is none of the 7 that the model knows; write <unk> in its place",
        message(IllegalArgumentException.class, () -> VOCABULARY.place("six")));
    WordWriter writer = new WordWriter(new Uniform(7), VOCABULARY, 1);
    assertThrows(
        IllegalArgumentException.class,
        () -> writer.write(List.of("one", "six"), 1, new Random(1)));
  }

  @Test
  void text_compressedOrNot_endsEachLine() throws IOException {
    String text = " one  two\n\n three\n";
    Path plain = Files.writeString(folder.resolve("test.txt"), text);
    Path compressed = folder.resolve("wiki.valid.txt.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(compressed))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    String end = Vocabulary.END;
    List<String> expected = List.of("one", "two", end, end, "three", end);
    assertEquals(expected, WordText.read(plain));
    assertEquals(expected, WordText.read(compressed));
    assertEquals(plain, WordText.find(folder, "test"));
    assertEquals(compressed, WordText.find(folder, "valid"));
  }

  @Test
  void text_thatIsNone_isRefused() throws IOException {
    Path empty = Files.writeString(folder.resolve("empty.txt"), " \n\n");
    Path binary = Files.write(folder.resolve("b.txt"), new byte[] {(byte) 0xc3, 0x28});
    Path notCompressed = Files.writeString(folder.resolve("n.txt.gz"), "one");

    assertEquals(empty + " holds no words", message(IOException.class, () -> WordText.read(empty)));
    assertEquals(
        binary + " is no text: it is not encoded in UTF-8",
        message(IOException.class, () -> WordText.read(binary)));
    assertTrue(
        message(IOException.class, () -> WordText.read(notCompressed))
            .startsWith(notCompressed + " "));
    assertTrue(
        message(NoSuchFileException.class, () -> WordText.find(folder, "train"))
            .startsWith(folder + " holds none of train.txt, "));
  }

  @Test
  void streams_ofText_areItsPartsWithTheWordsThatFollow() {
    DataSet data = new WordStreams(new int[] {0, 1, 2, 3, 4, 5, 6, 7}, 2).data();

    assertArrayEquals(new long[] {2, 1, 3}, data.getFeatures().shape());
    assertArrayEquals(new float[] {0, 1, 2, 3, 4, 5}, data.getFeatures().data().asFloat());
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, data.getLabels().data().asFloat());
  }

  @Test
  void streams_ofTooShortText_areRefused() {
    assertEquals(
        "a text of 3 words is too short to be cut into 3 parts",
        message(IllegalArgumentException.class, () -> new WordStreams(new int[3], 3)));
    WordStreams streams = new WordStreams(new int[9], 2);
    assertEquals(
        "parts of 4 words are too short for calls of 5",
        message(IllegalArgumentException.class, () -> streams.loss(new Uniform(2), 5)));
  }

  @Test
  void loss_ofEquallyProbableWords_isTheirLogarithm() {
    int[] text = VOCABULARY.encode(TEXT);

    double loss = new WordStreams(text, 4).loss(new Uniform(VOCABULARY.size()), 10);

    assertEquals(Math.log(VOCABULARY.size()), loss, 1e-6);
  }

  @Test
  void training_ofACycle_learnsIt() {
    WordStreams text = new WordStreams(VOCABULARY.encode(TEXT), 3);

    double loss = text.loss(new NetworkWords(network), WordLstm.STEPS);

    assertTrue(loss < 0.5, "loss " + loss + " of " + Math.log(CYCLE.size()));
  }

  @Test
  void quantizedModel_losesLittle() {
    WordStreams text = new WordStreams(VOCABULARY.encode(TEXT), 3);
    double real = text.loss(new NetworkWords(network), WordLstm.STEPS);
    try (WordModel model = new SessionWords(Qat.quantizeDynamic(network), WordLstm.STEPS)) {
      assertEquals(real, text.loss(model, WordLstm.STEPS), 0.01);
    }
  }

  @Test
  void writer_withQuantizedModel_goesOnInTheCycle() {
    QuantizedModel model = Qat.quantizeDynamic(network);
    List<String> expected = new ArrayList<>(CYCLE.subList(2, 5));
    expected.addAll(CYCLE);
    try (WordModel words = new SessionWords(model, 1)) {
      List<String> written =
          new WordWriter(words, VOCABULARY, 0.2)
              .write(List.of("one", "two"), expected.size(), new Random(1));
      assertEquals(expected, written);
    }
  }
}
