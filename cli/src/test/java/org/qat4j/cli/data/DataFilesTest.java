package org.qat4j.cli.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qat4j.cli.error.UserException;

/** Data sets of one's own files: folders of images, IDX files, CSV. */
class DataFilesTest {
  private static final InputSpec COLOUR = InputSpec.images("net.zip", 3, 4, 4);
  private static final InputSpec TWO = InputSpec.rows("net.zip", 2);
  private static final Reading STRETCH =
      new Reading(
          ImageSize.ANY, PictureFit.Resize.STRETCH, PictureFit.Order.RGB, InputScaling.NONE, "");

  @TempDir private Path folder;

  private void put(String name, int type, int height, int width, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(width, height, type);
    for (int i = 0; i < height * width; i++) {
      image.setRGB(i % width, i / width, rgb);
    }
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  private void colour(String name, int rgb) throws IOException {
    put(name, BufferedImage.TYPE_INT_RGB, 4, 4, rgb);
  }

  private DataFiles open(InputSpec network, int classes) {
    return DataFiles.open(folder, network, ClassSet.of(classes), STRETCH, 0.2);
  }

  private String failure(InputSpec network, int classes) {
    return assertThrows(
            UserException.class,
            () -> {
              DataFiles files = open(network, classes);
              files.train(0);
              files.test(0);
            })
        .getMessage();
  }

  private static int[] labels(Labelled data) {
    return IntStream.range(0, data.count()).map(data::label).toArray();
  }

  @Test
  void folders_withParts_areReadInTurnsOfTheirClasses() throws IOException {
    for (int i = 0; i < 3; i++) {
      colour("train/blue/" + i + ".png", 0x0000FF);
      colour("train/red/" + i + ".png", 0xFF0000);
    }
    colour("test/blue/x.png", 0x0000FF);
    colour("test/red/y.png", 0xFF0000);

    DataFiles files = open(COLOUR, 2);

    assertEquals(List.of("blue", "red"), files.train(0).names());
    assertArrayEquals(new int[] {0, 1, 0, 1, 0, 1}, labels(files.train(0)));
    assertArrayEquals(new int[] {0, 1, 0}, labels(files.train(3)));
    assertArrayEquals(new int[] {0, 1}, labels(files.test(0)));
    float[] red = files.test(0).inputs().scaled(1, 2);
    assertEquals(1f, red[0]);
    assertEquals(0f, red[16]);
  }

  @Test
  void folders_withoutParts_keepAFifthOfEachClassForTesting() throws IOException {
    for (int i = 0; i < 10; i++) {
      colour("a/" + i + ".png", i);
      colour("b/" + i + ".png", 0x100 * i);
    }

    DataFiles files = open(COLOUR, 2);

    assertEquals(16, files.train(0).count());
    Labelled test = files.test(0);
    assertArrayEquals(new int[] {0, 1, 0, 1}, labels(test));
    assertEquals(4 / 255f, test.inputs().scaled(0, 1)[32], "the fifth of the first class");
    assertEquals(9 / 255f, test.inputs().scaled(3, 4)[16], "the tenth of the second class");
  }

  @Test
  void folders_ofNumbers_areClassesInTheOrderOfNumbers() throws IOException {
    for (String name : List.of("9", "10", "2")) {
      colour("train/" + name + "/a.png", 0);
      colour("test/" + name + "/a.png", 0);
    }

    assertEquals(List.of("2", "9", "10"), open(COLOUR, 3).train(0).names());
  }

  @Test
  void images_ofOtherSizesAndGrey_becomeWhatTheNetworkTakes() throws IOException {
    put("train/a/1.png", BufferedImage.TYPE_BYTE_GRAY, 8, 6, 0x808080);
    colour("train/b/1.png", 0x123456);
    put("test/a/1.png", BufferedImage.TYPE_INT_RGB, 9, 9, 0xFF8000);
    colour("test/b/1.png", 0x123456);

    Labelled test = open(COLOUR, 2).test(0);

    assertArrayEquals(new int[] {3, 4, 4}, test.inputs().shape());
    float[] first = test.inputs().scaled(0, 1);
    assertEquals(1f, first[0]);
    assertEquals(128 / 255f, first[16]);
    Images train = open(COLOUR, 2).train(0).images();
    assertEquals(train.pixel(0, 0, 2, 2), train.pixel(0, 2, 2, 2), "grey as colour");
  }

  @Test
  void images_inBlueGreenRed_areReversed() throws IOException {
    colour("a/1.png", 0xFF8000);
    colour("a/2.png", 0xFF8000);
    Reading bgr =
        new Reading(
            ImageSize.ANY,
            PictureFit.Resize.NONE,
            PictureFit.Order.BGR,
            new InputScaling(255, List.of(1.0, 2.0, 3.0), List.of(1.0)),
            "");

    float[] values =
        DataFiles.open(folder, COLOUR, ClassSet.of(1), bgr, 0.5).test(0).inputs().scaled(0, 1);

    assertEquals(0 - 1, values[0], "blue");
    assertEquals(0x80 - 2, values[16], "green");
    assertEquals(255 - 3, values[32], "red");
  }

  /** Convolutions without a fixed size take the images' own. */
  @Test
  void images_forANetworkOfSeveralSizes_keepTheirs() throws IOException {
    put("a/1.png", BufferedImage.TYPE_INT_RGB, 5, 6, 0);
    put("a/2.png", BufferedImage.TYPE_INT_RGB, 5, 6, 0);
    List<Integer> sizes = List.of(4, 5, 6, 7);
    InputSpec several = new InputSpec("net.zip", 3, sizes, sizes, 0, false);

    Labelled test = DataFiles.open(folder, several, ClassSet.of(1), STRETCH, 0.5).test(0);

    assertArrayEquals(new int[] {3, 5, 6}, test.inputs().shape());
  }

  @Test
  void images_ofNoPossibleSize_askForIt() throws IOException {
    put("a/1.png", BufferedImage.TYPE_INT_RGB, 9, 9, 0);
    put("a/2.png", BufferedImage.TYPE_INT_RGB, 9, 9, 0);
    List<Integer> sizes = List.of(4, 5, 6, 7);
    InputSpec several = new InputSpec("net.zip", 3, sizes, sizes, 0, false);

    assertEquals(
        "net.zip takes images of (4 to 7)x(4 to 7) (height, width), but "
            + folder.resolve("a/2.png")
            + " is 9x9; set data.size to what it was made for",
        assertThrows(
                UserException.class,
                () -> DataFiles.open(folder, several, ClassSet.of(1), STRETCH, 0.5).test(0))
            .getMessage());
  }

  @Test
  void images_forANetworkOfFeatures_areFlattened() throws IOException {
    colour("a/1.png", 0x010203);
    colour("a/2.png", 0x010203);

    Labelled test =
        DataFiles.open(folder, InputSpec.rows("mlp.zip", 48), ClassSet.of(1), STRETCH, 0.5).test(0);

    assertArrayEquals(new int[] {48}, test.inputs().shape());
    assertEquals(3 / 255f, test.inputs().scaled(0, 1)[47]);
  }

  @Test
  void classFolder_missingInTest_isNamed() throws IOException {
    colour("train/a/1.png", 0);
    colour("train/b/1.png", 0);
    colour("test/a/1.png", 0);

    assertEquals(
        folder
            + ", test: has 1 classes [a], but the network tells 2 apart; give the data of its"
            + " classes, or a network with 1 outputs",
        failure(COLOUR, 2));
  }

  @Test
  void classes_ofOtherNamesInTest_areListed() throws IOException {
    colour("train/a/1.png", 0);
    colour("train/b/1.png", 0);
    colour("test/a/1.png", 0);
    colour("test/c/1.png", 0);

    assertEquals(
        folder + ", test: its classes [a, c] are not those of training, [a, b]",
        failure(COLOUR, 2));
  }

  @Test
  void parts_withoutTest_areRefused() throws IOException {
    colour("train/a/1.png", 0);

    assertEquals(
        folder + ": has train but no test; add it, or give train alone", failure(COLOUR, 1));
  }

  @Test
  void images_withoutClassFolders_areRefused() throws IOException {
    colour("1.png", 0);

    assertEquals(
        folder
            + ": its images do not lie in a folder for each class, class/image.png, or in such"
            + " folders in train and test; one is 1.png",
        failure(COLOUR, 2));
  }

  @Test
  void images_tooFewToKeepOne_areRefused() throws IOException {
    colour("a/1.png", 0);
    colour("b/1.png", 0);

    assertEquals(
        folder + ": too few examples, none is left for testing; give more of each class",
        failure(COLOUR, 2));
  }

  @Test
  void folder_empty_saysWhatIsExpected() {
    assertEquals(
        folder + ": holds no PNG or JPEG files (*.png, *.jpg, *.jpeg)", failure(COLOUR, 2));
  }

  @Test
  void idxFiles_inAFolder_areRead() throws IOException {
    Files.write(
        folder.resolve("train-images.idx"),
        ByteBuffer.allocate(16 + 3 * 4)
            .putInt(0x803)
            .putInt(3)
            .putInt(2)
            .putInt(2)
            .put(new byte[] {1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3})
            .array());
    Files.write(
        folder.resolve("train-labels.idx"),
        ByteBuffer.allocate(11).putInt(0x801).putInt(3).put(new byte[] {1, 0, 1}).array());
    Files.copy(folder.resolve("train-images.idx"), folder.resolve("t10k-images.idx"));
    Files.copy(folder.resolve("train-labels.idx"), folder.resolve("t10k-labels.idx"));

    DataFiles files = open(InputSpec.images("net.zip", 1, 2, 2), 2);

    assertArrayEquals(new int[] {0, 1, 1}, labels(files.train(0)));
    assertEquals(2 / 255f, files.train(1).inputs().scaled(0, 1)[0]);
    assertEquals(3, files.test(0).count());
  }

  private Labelled csv(String text, int classes) throws IOException {
    Files.writeString(folder.resolve("data.csv"), text);
    return DataFiles.open(folder, TWO, ClassSet.of(classes), STRETCH, 0).train(0);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "width,height,kind\\n1,2.5,cat\\n-3e1,4,dog\\n",
        "1,2.5,cat\\n-3e1,4,dog",
        "\uFEFFwidth;height;kind\\r\\n1;2.5;cat\\r\\n\\r\\n-3e1;4;dog",
        "1\\t2.5\\tcat\\n-3e1\\t4\\tdog",
        "\"1\",\"2.5\",\"cat\"\\n -3e1 , 4 ,dog"
      })
  void csv_ofAnyForm_givesFeaturesAndClasses(String text) throws IOException {
    Labelled data = csv(text.replace("\\n", "\n").replace("\\r", "\r").replace("\\t", "\t"), 2);

    assertEquals(List.of("cat", "dog"), data.names());
    assertArrayEquals(new int[] {0, 1}, labels(data));
    assertArrayEquals(new float[] {1, 2.5f, -30, 4}, data.inputs().scaled(0, 2));
  }

  @Test
  void csv_quotedNames_mayHoldSeparatorsAndQuotes() throws IOException {
    assertEquals(List.of("a \"b\"", "c, d"), csv("1,2,\"c, d\"\n1,2,\"a \"\"b\"\"\"\n", 2).names());
  }

  @Test
  void csv_labelColumnByNameOrNumber_isTaken() throws IOException {
    Path file = Files.writeString(folder.resolve("x.csv"), "kind,a,b\ncat,1,2\ndog,3,4\n");
    for (String label : List.of("kind", "1")) {
      Reading reading =
          new Reading(
              ImageSize.ANY,
              PictureFit.Resize.NONE,
              PictureFit.Order.RGB,
              new InputScaling(1, List.of(1.0, 0.0), List.of(2.0, 4.0)),
              label);

      Labelled data = DataFiles.open(file, TWO, ClassSet.of(2), reading, 0).train(0);

      assertEquals(List.of("cat", "dog"), data.names());
      assertArrayEquals(new float[] {0, 0.5f, 1, 1}, data.inputs().scaled(0, 2));
    }
  }

  @Test
  void csv_classesAsNumbers_needNotAllOccur() throws IOException {
    Labelled data = csv("1,2,2\n1,2,0\n", 4);

    assertEquals(List.of("0", "1", "2", "3"), data.names());
    assertArrayEquals(new int[] {0, 2}, Arrays.stream(labels(data)).sorted().toArray());
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "1,2,a\\n1,x,b | :2: column 2 is 'x', which is no number; the class is in column 3",
        "u,v,k\\n1,,b | :2: column 2 ('v') is empty, which is no number; the class is in column 3 ('k')",
        "1,NaN,a | :1: column 2 is 'NaN', which is no number; the class is in column 3",
        "1,1e999,a | :1: column 2 is '1e999', which is no number; the class is in column 3",
        "1,2,a\\n1,2 | :2: has 2 cells, but the first row has 3",
        "1,2,a\\n1,2, | :2: the class in column 3 is missing",
        "1,2,\"a | :1: a quotation mark is not closed",
        "1,2,3,a | : has 4 columns; the network takes 2 features, so that 3 are expected, one of them the class",
        "1,2 | : has 2 columns; the network takes 2 features, so that 3 are expected, one of them the class",
        "u,v,k | : holds no rows of numbers",
        "1,2,a\\n1,2,b\\n1,2,c | : has 3 classes [a, b, c], but the network tells 2 apart; give the data of its classes, or a network with 3 outputs"
      })
  void csv_damaged_saysWhere(String text, String message) {
    UserException e = assertThrows(UserException.class, () -> csv(text.replace("\\n", "\n"), 2));

    assertEquals(folder.resolve("data.csv") + message, e.getMessage());
  }

  @Test
  void csv_forANetworkOfImages_isRefused() throws IOException {
    Files.writeString(folder.resolve("data.csv"), "1,2,a\n");

    assertEquals(
        folder.resolve("data.csv")
            + ": holds rows of features, but net.zip takes images; give a folder of images for each"
            + " class",
        failure(COLOUR, 2));
  }

  @Test
  void csv_besideImages_isNoData() throws IOException {
    Files.writeString(folder.resolve("labels.csv"), "1,2,a\n");
    colour("train/a/1.png", 0);
    colour("test/a/1.png", 0);

    assertEquals(1, open(COLOUR, 1).train(0).count());
  }
}
