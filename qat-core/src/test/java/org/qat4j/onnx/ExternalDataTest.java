package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.graph.Graph;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.read.file.FormatLimits;

/** Constants in files beside the model: read where they lie in its folder, refused elsewhere. */
class ExternalDataTest {
  @TempDir private Path temporary;
  private Path folder;

  /** {@code models/m.onnx}, its data in {@code models/w.bin}, and another file outside. */
  @BeforeEach
  void writeData() throws IOException {
    folder = Files.createDirectory(temporary.resolve("models"));
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(folder.resolve("w.bin"), bytes.putFloat(3f).putFloat(0.25f).array());
    Files.write(temporary.resolve("outside.bin"), bytes.array());
  }

  /** A vector that is quantized with the scale that the tensor says where to find. */
  private Path model(String... entries) throws IOException {
    TensorProto.Builder scale =
        TensorProto.newBuilder()
            .setName("s")
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setDataLocation(DataLocation.EXTERNAL);
    for (int i = 0; i < entries.length; i += 2) {
      scale.addExternalData(
          StringStringEntryProto.newBuilder().setKey(entries[i]).setValue(entries[i + 1]));
    }
    byte[] bytes =
        new ModelBuilder()
            .input("x", 0, 3)
            .initializer(scale.build())
            .node("QuantizeLinear", java.util.List.of("x", "s"), "q")
            .node("DequantizeLinear", java.util.List.of("q", "s"), "y")
            .output("y", 0, 3)
            .bytes();
    return Files.write(folder.resolve("m.onnx"), bytes);
  }

  private static float scale(Path model) throws IOException {
    Graph graph = OnnxReader.read(model);
    return graph.tensor("q").params().scale();
  }

  private static String refusal(Path model) {
    String message =
        assertThrows(OnnxFormatException.class, () -> OnnxReader.read(model)).getMessage();
    assertTrue(message.startsWith(model + ": tensor 's': "), message);
    return message.substring((model + ": tensor 's': ").length());
  }

  @Test
  void data_besideTheModel_areRead() throws IOException {
    assertEquals(3f, scale(model("location", "w.bin", "offset", "0", "length", "4")));
    assertEquals(0.25f, scale(model("location", "w.bin", "offset", "4", "length", "4")));
    assertEquals(0.25f, scale(model("location", "./w.bin", "offset", "4", "checksum", "0")));
  }

  /** As the format has it: only where the location says so do the entries count. */
  @Test
  void data_insideTheModelWithEntriesLeftOver_areThoseInside() throws OnnxFormatException {
    TensorProto scale =
        Initializers.floats("s", new long[0], 0.5f).toBuilder()
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue("w.bin"))
            .build();
    Graph graph =
        new ModelBuilder()
            .input("x", 0, 3)
            .initializer(scale)
            .node("QuantizeLinear", java.util.List.of("x", "s"), "q")
            .node("DequantizeLinear", java.util.List.of("q", "s"), "y")
            .output("y", 0, 3)
            .read();
    assertEquals(0.5f, graph.tensor("q").params().scale());
  }

  @Test
  void data_inAFolderBelow_areRead() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Files.copy(folder.resolve("w.bin"), folder.resolve("data/w"));
    assertEquals(3f, scale(model("location", "data/w", "length", "4")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"../outside.bin", "/etc/passwd", "x/../../outside.bin", "link.bin", ""})
  void data_outsideTheFolder_areNotOpened(String location) throws IOException {
    Files.createSymbolicLink(folder.resolve("link.bin"), temporary.resolve("outside.bin"));
    assertEquals(
        "its data is in '"
            + location
            + "', which is not in the model's folder; only files there are opened",
        refusal(model("location", location, "length", "4")));
  }

  @Test
  void folder_asData_isRefused() throws IOException {
    assertEquals("its data is in '.', which is no file", refusal(model("location", ".")));
  }

  @Test
  void missingFile_saysToCopyBoth() throws IOException {
    String message = refusal(model("location", "none.bin", "length", "4"));
    assertTrue(
        message.startsWith(
            "its data is in file 'none.bin', which cannot be read beside the model ("),
        message);
    assertTrue(message.endsWith("); copy both files together"), message);
  }

  @Test
  void shortFile_saysWhatIsMissing() throws IOException {
    assertEquals(
        "its data are 4 bytes from 6 on of file 'w.bin', which has 8: it is truncated, or of another"
            + " model",
        refusal(model("location", "w.bin", "offset", "6", "length", "4")));
    assertEquals(
        "its data are 999999999999999999 bytes from 999999999999999999 on of file 'w.bin', which has"
            + " 8: it is truncated, or of another model",
        refusal(
            model(
                "location",
                "w.bin",
                "offset",
                "999999999999999999",
                "length",
                "999999999999999999")));
  }

  @Test
  void numbersThatAreNone_areRefused() throws IOException {
    assertEquals(
        "the offset of its data is '-4', expected a number of bytes",
        refusal(model("location", "w.bin", "offset", "-4")));
  }

  @Test
  void dataOfAnotherLength_areRefusedByTheDimensions() throws IOException {
    assertEquals(
        "its dimensions ask for 4 bytes, but it holds 8", refusal(model("location", "w.bin")));
  }

  @Test
  void filesBeyondTheLimit_areRefusedBeforeTheyAreRead() throws IOException {
    try (var file = new java.io.RandomAccessFile(folder.resolve("huge.bin").toFile(), "rw")) {
      file.setLength(FormatLimits.FILE_BYTES + 1); // a hole, which takes no space on the disk
    }
    assertEquals(
        "the files of the model's data have more than 1073741824 bytes together",
        refusal(model("location", "huge.bin", "length", "4")));
  }
}
