package org.qat4j.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.qat4j.graph.Bias;
import org.qat4j.graph.Clip;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.LinearOp;
import org.qat4j.graph.MoveOp;
import org.qat4j.graph.Op;
import org.qat4j.graph.Shape;
import org.qat4j.graph.Tensor;
import org.qat4j.graph.Weights;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** What {@code run} makes of images; its model's class is the strongest of three channels. */
class RunImagesTest {
  private static final int RED = 0xFF0000;
  private static final int GREEN = 0x00FF00;
  private static final int BLUE = 0x0000FF;

  @TempDir private Path folder;
  private Path model;

  @BeforeEach
  void saveModel() throws IOException {
    model = folder.resolve("model.onnx");
    strongest(3, 4).save(model);
  }

  /** Weights 1 for the pixels of a class's own channel. */
  private static QuantizedModel strongest(int channels, int size) {
    QuantParams pixels = new QuantParams(1f / 255, 0, IntRange.unsigned(8));
    Tensor.Codes codes = new Tensor.Codes(pixels);
    int plane = size * size;
    byte[] weights = new byte[channels * channels * plane];
    float[] scales = new float[channels];
    for (int c = 0; c < channels; c++) {
      scales[c] = 1;
      for (int i = 0; i < plane; i++) {
        weights[c * channels * plane + c * plane + i] = 1;
      }
    }
    Weights own = Weights.symmetric(weights, scales, IntRange.signedNarrow(8));
    Op dense = new LinearOp.Dense(own, new Bias(new int[channels]), Clip.NONE);
    return new QuantizedModel(
        Graph.builder("strongest")
            .input(Tensor.real("in", Shape.of(channels, size, size)))
            .node("quantize", new ConvertOp.Quantize(), List.of("in"), "q", codes)
            .node("flatten", new MoveOp.Flatten(), List.of("q"), "f", codes)
            .node("dense", dense, List.of("f"), "out", new Tensor.Real())
            .build("out"));
  }

  private record Outcome(int status, List<String> out, String err) {}

  private Outcome run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine command = Qat4j.commandLine();
    command.setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF));
    command.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    String[] strings = new String[arguments.length + 2];
    strings[0] = "run";
    strings[1] = model.toString();
    for (int i = 0; i < arguments.length; i++) {
      strings[i + 2] = arguments[i].toString();
    }
    int status = command.execute(strings);
    return new Outcome(status, out.toString().lines().toList(), err.toString());
  }

  private void assertPrints(List<String> lines, Object... arguments) {
    Outcome outcome = run(arguments);
    assertEquals("", outcome.err());
    assertEquals(lines, outcome.out());
    assertEquals(0, outcome.status());
  }

  private void assertFails(int status, String message, Object... arguments) {
    Outcome outcome = run(arguments);
    assertEquals("qat4j: " + message, outcome.err().lines().findFirst().orElse(""));
    assertEquals(status, outcome.status());
    assertEquals(List.of(), outcome.out());
  }

  private static byte[] image(String format, int type, int size, int rgb) throws IOException {
    BufferedImage image = new BufferedImage(size, size, type);
    for (int i = 0; i < size * size; i++) {
      image.setRGB(i % size, i / size, rgb);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(image, format, bytes);
    return bytes.toByteArray();
  }

  private Path put(String name, int size, int rgb) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    String format = name.endsWith("png") ? "png" : "jpeg";
    return Files.write(file, image(format, BufferedImage.TYPE_INT_RGB, size, rgb));
  }

  private Path grey(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.write(file, image("png", BufferedImage.TYPE_BYTE_GRAY, 4, 0x808080));
  }

  @Test
  void input_colourFilesInAFolder_areClassifiedInNameOrder() throws IOException {
    put("in/b.png", 4, BLUE);
    put("in/a.jpg", 4, GREEN);
    put("in/c.JPEG", 4, RED);
    Files.writeString(folder.resolve("in/notes.txt"), "no image");

    assertPrints(List.of("a.jpg\t1", "b.png\t2", "c.JPEG\t0"), "--input", folder.resolve("in"));
  }

  @Test
  void input_oneFile_isToldByItsContent() throws IOException {
    Path file = put("in/blue.png", 4, BLUE);
    Path renamed = Files.move(file, folder.resolve("picture"));

    assertPrints(List.of("picture\t2"), "--input", renamed);
  }

  @Test
  void input_foldersOfClasses_givesAccuracyAndWhatTheyAreTakenFor() throws IOException {
    put("in/apple/1.png", 4, RED);
    put("in/apple/2.png", 4, GREEN);
    put("in/leaf/1.png", 4, GREEN);
    put("in/sky/1.png", 4, BLUE);

    assertPrints(
        List.of(
            "apple/1.png\t0\tapple",
            "apple/2.png\t1\tleaf",
            "leaf/1.png\t1\tleaf",
            "sky/1.png\t2\tsky",
            "class\tapple\t0.5000\t(1 of 2)\ttaken for leaf 1",
            "class\tleaf\t1.0000\t(1 of 1)",
            "class\tsky\t1.0000\t(1 of 1)",
            "accuracy\t0.7500\t(3 of 4)"),
        "--input",
        folder.resolve("in"));
  }

  @Test
  void input_someOfTheClasses_needsTheNamesOfAll() throws IOException {
    put("in/apple/1.png", 4, RED);
    put("in/sky/1.png", 4, BLUE);
    Path in = folder.resolve("in");
    Path names = Files.writeString(folder.resolve("names.txt"), "apple\nleaf\nsky\n");

    assertFails(
        1,
        in
            + ": holds images of 2 classes [apple, sky], but the model has 3; name all of them, in"
            + " the model's order, with --classes FILE",
        "--input",
        in);
    assertPrints(
        List.of(
            "apple/1.png\t0\tapple",
            "sky/1.png\t2\tsky",
            "class\tapple\t1.0000\t(1 of 1)",
            "class\tsky\t1.0000\t(1 of 1)",
            "accuracy\t1.0000\t(2 of 2)"),
        "--input",
        in,
        "--classes",
        names);
  }

  @Test
  void input_foldersNumberedPastNine_needNames() throws IOException {
    for (String name : List.of("9", "10", "11")) {
      put("in/" + name + "/1.png", 4, RED);
    }
    Path in = folder.resolve("in");

    assertFails(
        1,
        in
            + ": its folders are numbers, whose order and alphabetical order differ [10, 11, 9];"
            + " name them, in the model's order, with --classes FILE",
        "--input",
        in);
  }

  @Test
  void classes_ofOtherNames_areRefused() throws IOException {
    put("in/apple/1.png", 4, RED);
    Path in = folder.resolve("in");
    Path two = Files.writeString(folder.resolve("two.txt"), "apple\nsky\n");
    Path other = Files.writeString(folder.resolve("other.txt"), "pear\nleaf\nsky\n");

    assertFails(
        1,
        two
            + ": holds 2 names, 2 of them different; expected one line for each of the model's 3"
            + " classes",
        "--input",
        in,
        "--classes",
        two);
    assertFails(
        1,
        in + ": its folder apple is none of the classes [pear, leaf, sky]",
        "--input",
        in,
        "--classes",
        other);
  }

  @Test
  void input_trainAndTest_isTestUnlessAnotherPartIsAskedFor() throws IOException {
    for (String part : List.of("train", "test")) {
      put("in/" + part + "/apple/" + part + ".png", 4, RED);
      put("in/" + part + "/leaf/" + part + ".png", 4, GREEN);
      put("in/" + part + "/sky/" + part + ".png", 4, BLUE);
    }
    Path in = folder.resolve("in");

    assertEquals("test/apple/test.png\t0\tapple", run("--input", in).out().get(0));
    assertEquals(
        "train/apple/train.png\t0\tapple", run("--input", in, "--part", "train").out().get(0));
    assertFails(
        1,
        in
            + ": holds no part valid with a folder of images for each class; its parts are [test,"
            + " train]; choose one with --part",
        "--input",
        in,
        "--part",
        "valid");
  }

  @Test
  void input_archive_isReadAsTheFolderThatItHolds() throws IOException {
    Path archive = Files.createDirectory(folder.resolve("in")).resolve("set.tar.gz");
    try (OutputStream out = Files.newOutputStream(archive);
        TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(out))) {
      for (String path :
          List.of("./set/test/c/1.png", "./set/test/a/1.jpg", "./set/test/b/1.png")) {
        byte[] content = Files.readAllBytes(put(path.substring(2), 4, GREEN));
        TarArchiveEntry entry = new TarArchiveEntry(path);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
      }
    }
    List<String> lines =
        List.of(
            "set/test/a/1.jpg\t1\tb",
            "set/test/b/1.png\t1\tb",
            "set/test/c/1.png\t1\tb",
            "class\ta\t0.0000\t(0 of 1)\ttaken for b 1",
            "class\tb\t1.0000\t(1 of 1)",
            "class\tc\t0.0000\t(0 of 1)\ttaken for b 1",
            "accuracy\t0.3333\t(1 of 3)");

    assertPrints(lines, "--input", archive);
    assertPrints(lines, "--input", archive.getParent());
  }

  @Test
  void input_imagesAtDifferentDepths_isRefused() throws IOException {
    put("in/a.png", 4, RED);
    put("in/b/c.png", 4, RED);
    Path in = folder.resolve("in");

    assertFails(
        1,
        in
            + ": holds images at different places, a.png and b/c.png; give a folder of images, or"
            + " one that holds a folder of images for each class",
        "--input",
        in);
  }

  @Test
  void input_emptyFolder_isRefused() throws IOException {
    Path in = Files.createDirectory(folder.resolve("in"));

    assertFails(1, in + ": holds no PNG or JPEG files (*.png, *.jpg, *.jpeg)", "--input", in);
  }

  @Test
  void image_ofAnotherKind_isRefusedWithFileAndOption() throws IOException {
    put("in/a.png", 4, RED);
    Path large = put("in/b.png", 8, RED);
    Path in = folder.resolve("in");

    assertFails(
        1,
        large
            + ": is an image of 3x8x8 (channels, height, width), but the model takes 3x4x4;"
            + " --resize stretch or --resize crop scales it",
        "--input",
        in);
    assertPrints(List.of("a.png\t0", "b.png\t0"), "--input", in, "--resize", "crop");

    Path grey = grey("grey/a.png");
    assertFails(
        1,
        grey
            + ": is an image of 1x4x4 (channels, height, width), but the model takes 3x4x4;"
            + " --colour takes grey as red, green and blue of equal strength",
        "--input",
        grey);
    assertPrints(List.of("a.png\t0"), "--input", grey, "--colour");
  }

  @Test
  void colourImage_forAGreyModel_isRefusedUnlessAsked() throws IOException {
    model = folder.resolve("grey.onnx");
    strongest(1, 4).save(model);
    Path file = put("in/a.png", 4, RED);

    assertFails(
        1,
        file
            + ": is an image of 3x4x4 (channels, height, width), but the model takes 1x4x4; --grey"
            + " turns colour into brightness",
        "--input",
        file);
    assertPrints(List.of("a.png\t0"), "--input", file, "--grey");
  }

  @Test
  void options_withoutUse_areWrongUsage() throws IOException {
    Path file = put("in/a.png", 4, RED);

    assertFails(
        2,
        "--grey has no use: " + model + " takes images of 3 channels, not 1",
        "--input",
        file,
        "--grey");
    assertFails(
        2, "--layout has no use: " + file + " is no IDX file", "--input", file, "--layout", "nhwc");
    assertFails(
        2,
        "--mean has 2 numbers; expected one, or one for each of 3 channels",
        "--input",
        file,
        "--mean",
        "0.5,0.5");
  }

  @Test
  void normalization_ofTheModel_isApplied() throws IOException {
    Path file = put("in/a.png", 4, 0x908070);

    assertPrints(List.of("a.png\t0"), "--input", file);
    // The codes of red saturate at 0, those of green and blue become 0.4 and 0.45.
    assertPrints(
        List.of("a.png\t2"), "--input", file, "--mean", "1,0.3,0.2", "--std", "1,0.5,0.53");
  }

  private Path idx(String name, int... sizes) throws IOException {
    int elements = 1;
    for (int size : sizes) {
      elements *= size;
    }
    ByteBuffer bytes = ByteBuffer.allocate(4 + 4 * sizes.length + elements);
    bytes.putInt(0x800 + sizes.length);
    for (int size : sizes) {
      bytes.putInt(size);
    }
    // Channels last, this is green; channels first, the last channel is the strongest.
    for (int i = 0; i < elements; i++) {
      bytes.put((byte) ((i % 3 == 1 ? 40 : 30) + i));
    }
    return Files.write(folder.resolve(name), bytes.array());
  }

  @Test
  void input_idxOfRankFour_isReadAsTheModelsShapeSays() throws IOException {
    assertPrints(List.of("0\t1"), "--input", idx("last.idx", 1, 4, 4, 3));
    assertPrints(List.of("0\t2"), "--input", idx("first.idx", 1, 3, 4, 4));
  }

  @Test
  void input_idxThatCouldBeBoth_needsALayout() throws IOException {
    model = folder.resolve("cube.onnx");
    strongest(3, 3).save(model);
    Path cube = idx("cube.idx", 1, 3, 3, 3);

    assertFails(
        1,
        cube
            + ": holds 1 images of 3x3x3, and it cannot be told which number is the channels' (the"
            + " model takes 3x3x3: channels, height, width); say so with --layout nchw or --layout"
            + " nhwc",
        "--input",
        cube);
    assertPrints(List.of("0\t1"), "--input", cube, "--layout", "nhwc");
    assertPrints(List.of("0\t2"), "--input", cube, "--layout", "nchw");
  }

  @Test
  void input_idxWithLabels_givesAccuracy() throws IOException {
    Path images = idx("images.idx", 1, 4, 4, 3);
    ByteBuffer bytes = ByteBuffer.allocate(9).putInt(0x801).putInt(1).put((byte) 1);
    Path labels = Files.write(folder.resolve("labels.idx"), bytes.array());

    assertPrints(
        List.of("0\t1", "class\t1\t1.0000\t(1 of 1)", "accuracy\t1.0000\t(1 of 1)"),
        "--input",
        images,
        "--labels",
        labels);

    Files.write(labels, bytes.put(8, (byte) 3).array());
    assertFails(
        1,
        labels + ": label 3 of image 0 is not a class; labels are 0 to 2",
        "--input",
        images,
        "--labels",
        labels);
  }

  @Test
  void input_idxOfFloats_saysWhatItIs() throws IOException {
    byte[] bytes = ByteBuffer.allocate(8).putInt(0xD03).putInt(1).array();
    Path file = Files.write(folder.resolve("floats.idx"), bytes);

    assertFails(
        1,
        file
            + ": expected IDX images (magic 0x00000803), found IDX data of another type or rank"
            + " (magic 0x00000D03)",
        "--input",
        file);
  }

  @Test
  void image_broken_isNamed() throws IOException {
    Path file = put("in/a.jpg", 4, RED);
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length - 20));

    Outcome outcome = run("--input", folder.resolve("in"));

    assertEquals(1, outcome.status());
    assertTrue(
        outcome.err().startsWith("qat4j: " + file + ": not a complete JPEG image"), outcome.err());
  }
}
