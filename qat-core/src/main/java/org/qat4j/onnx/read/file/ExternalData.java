package org.qat4j.onnx.read.file;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataLocation;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.qat4j.onnx.OnnxFormatException;

/**
 * The files in which a model's constants are when they are not in its own: only regular files
 * inside the model's folder, each read once, and not more than {@link FormatLimits#FILE_BYTES}
 * together.
 */
public final class ExternalData {
  private final Optional<Path> folder;
  private final Map<Path, ByteString> contents = new HashMap<>();
  private long bytes;

  private ExternalData(Optional<Path> folder) {
    this.folder = folder;
  }

  /** Of a model in memory: there are no other files. */
  public static ExternalData none() {
    return new ExternalData(Optional.empty());
  }

  /** Of a model file: what lies in its folder and the folders in there. */
  public static ExternalData beside(Path model) throws IOException {
    return new ExternalData(Optional.of(model.toAbsolutePath().getParent().toRealPath()));
  }

  /** Bytes of all files that were read. */
  public long bytes() {
    return bytes;
  }

  /** The tensor with its data in it. */
  public TensorProto inlined(TensorProto tensor, String name, String source)
      throws OnnxFormatException {
    if (tensor.getDataLocation() != DataLocation.EXTERNAL) {
      return tensor;
    }
    return tensor.toBuilder()
        .clearDataLocation()
        .clearExternalData()
        .setRawData(data(entries(tensor), source + ": tensor '" + name + "': "))
        .build();
  }

  private static Map<String, String> entries(TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    return entries;
  }

  private ByteString data(Map<String, String> entries, String where) throws OnnxFormatException {
    String location = entries.getOrDefault("location", "");
    ByteString content = content(location, where);
    long offset = number(entries, "offset", 0, where);
    long length = number(entries, "length", Math.max(0, content.size() - offset), where);
    if (offset > content.size() || length > content.size() - offset) {
      throw new OnnxFormatException(
          where
              + "its data are "
              + length
              + " bytes from "
              + offset
              + " on of file '"
              + location
              + "', which has "
              + content.size()
              + ": it is truncated, or of another model");
    }
    return content.substring((int) offset, (int) (offset + length));
  }

  private static long number(Map<String, String> entries, String key, long otherwise, String where)
      throws OnnxFormatException {
    String text = entries.get(key);
    if (text == null) {
      return otherwise;
    }
    if (!text.matches("[0-9]{1,18}")) {
      throw new OnnxFormatException(
          where + "the " + key + " of its data is '" + text + "', expected a number of bytes");
    }
    return Long.parseLong(text);
  }

  private ByteString content(String location, String where) throws OnnxFormatException {
    if (folder.isEmpty()) {
      throw new OnnxFormatException(
          where
              + "its data is in another file, and a model in memory has none; read it from its file,"
              + " or save it as one file (external data off)");
    }
    try {
      Path file = file(location, where);
      ByteString known = contents.get(file);
      return known == null ? read(file, where) : known;
    } catch (OnnxFormatException e) {
      throw e;
    } catch (IOException e) {
      throw new OnnxFormatException(
          where
              + "its data is in file '"
              + location
              + "', which cannot be read beside the model ("
              + e.getMessage()
              + "); copy both files together",
          e);
    }
  }

  /** The file itself, behind links, must lie in the folder. */
  private Path file(String location, String where) throws IOException {
    Path folderPath = folder.orElseThrow();
    try {
      Path relative = Path.of(location);
      if (!location.isEmpty() && !relative.isAbsolute()) {
        Path inside = folderPath.resolve(relative).normalize();
        if (inside.startsWith(folderPath) && inside.toRealPath().startsWith(folderPath)) {
          return requireRegular(inside.toRealPath(), location, where);
        }
      }
    } catch (InvalidPathException e) {
      throw new OnnxFormatException(where + "its data is in '" + location + "', no file name", e);
    }
    throw new OnnxFormatException(
        where
            + "its data is in '"
            + location
            + "', which is not in the model's folder; only files there are opened");
  }

  private static Path requireRegular(Path file, String location, String where)
      throws OnnxFormatException {
    if (!Files.isRegularFile(file)) {
      throw new OnnxFormatException(where + "its data is in '" + location + "', which is no file");
    }
    return file;
  }

  private ByteString read(Path file, String where) throws IOException {
    bytes += Files.size(file);
    if (bytes > FormatLimits.FILE_BYTES) {
      throw new OnnxFormatException(
          where
              + "the files of the model's data have more than "
              + FormatLimits.FILE_BYTES
              + " bytes together");
    }
    ByteString content = UnsafeByteOperations.unsafeWrap(FileContent.of(file));
    contents.put(file, content);
    return content;
  }
}
