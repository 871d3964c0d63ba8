package org.qat4j.jobs.network;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.nd4j.linalg.dataset.api.preprocessor.Normalizer;
import org.nd4j.linalg.dataset.api.preprocessor.serializer.NormalizerSerializer;
import org.qat4j.cli.error.UserException;

/** Zip files of networks, as Deeplearning4j's {@code ModelSerializer} writes them. */
public final class NetworkFile {
  private NetworkFile() {}

  /**
   * The network in a file, to start from.
   *
   * @throws UserException if there is none, or it is not understood
   */
  public static Blueprint blueprint(Path file) {
    byte[] bytes = bytes(file);
    Network network = network(file, bytes);
    return Blueprints.of(file.toString(), network, normalizer(file, bytes));
  }

  /**
   * The network in a file.
   *
   * @throws UserException if there is none
   */
  public static Network read(Path file) {
    return network(file, bytes(file));
  }

  /**
   * Reads what {@link Network#write} wrote, of a float or a prepared network.
   *
   * @throws IOException if it is not a complete network
   */
  public static Network read(byte[] zip) throws IOException {
    String configuration =
        new String(
            entries(zip).getOrDefault(ModelSerializer.CONFIGURATION_JSON, new byte[0]),
            StandardCharsets.UTF_8);
    if (configuration.isEmpty()) {
      throw new IOException("it holds no " + ModelSerializer.CONFIGURATION_JSON);
    }
    InputStream in = new ByteArrayInputStream(zip);
    return configuration.contains("\"networkInputs\"")
        ? Network.of(ModelSerializer.restoreComputationGraph(in, true))
        : Network.of(ModelSerializer.restoreMultiLayerNetwork(in, true));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UserException("no such file: " + file, e);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + " (" + e + ")", e);
    }
  }

  private static Network network(Path file, byte[] bytes) {
    try {
      return read(bytes);
    } catch (IOException | RuntimeException e) {
      // Deeplearning4j throws many things at a file that is none of its own.
      throw new UserException(
          file
              + ": not a Deeplearning4j network ("
              + e.getMessage()
              + "); give a zip file that ModelSerializer wrote",
          e);
    }
  }

  private static Optional<DataNormalization> normalizer(Path file, byte[] bytes) {
    byte[] stored;
    try {
      stored = entries(bytes).get(ModelSerializer.NORMALIZER_BIN);
    } catch (IOException e) {
      throw new UserException("cannot read " + file + " (" + e + ")", e);
    }
    if (stored == null) {
      return Optional.empty();
    }
    try {
      Normalizer<?> normalizer =
          NormalizerSerializer.getDefault().restore(new ByteArrayInputStream(stored));
      return Optional.of(Normalizers.ofDataSets(normalizer, file.toString()));
    } catch (UserException e) {
      throw e;
    } catch (Exception e) { // What restore declares.
      throw new UserException(file + ": its normalizer cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static Map<String, byte[]> entries(byte[] bytes) throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream zip = new ZipInputStream(new ByteArrayInputStream(bytes))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.put(entry.getName(), zip.readAllBytes());
      }
    }
    return entries;
  }
}
