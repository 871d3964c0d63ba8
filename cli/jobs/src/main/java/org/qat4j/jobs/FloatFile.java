package org.qat4j.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.qat4j.cli.error.UserException;
import org.qat4j.jobs.config.ConfigNames;
import org.qat4j.jobs.network.Architecture;
import org.qat4j.jobs.network.Network;

/** The file of a trained float network: {@code float.zip} of a run. */
record FloatFile(Path path, Architecture architecture) {
  /**
   * Reads the network.
   *
   * @throws UserException if the file is not a network of this architecture
   */
  Network read() {
    try (InputStream in = Files.newInputStream(path)) {
      return architecture.read(in);
    } catch (NoSuchFileException e) {
      throw new UserException("no such file: " + path, e);
    } catch (IOException | RuntimeException e) {
      // Deeplearning4j throws many things at a file that is none of its own.
      throw new UserException(
          path + ": not a " + name() + " network (" + e.getMessage() + "); " + hint(), e);
    }
  }

  /**
   * Puts the file's parameters into a network with the settings of this run.
   *
   * @throws UserException if the file is not a network of the same layers
   */
  void copyTo(Network target) {
    Network source = read();
    Map<String, String> expected = shapes(target);
    Map<String, String> actual = shapes(source);
    requireEqual(expected, actual);
    target.model().setParams(source.model().params());
  }

  private void requireEqual(Map<String, String> expected, Map<String, String> actual) {
    Map<String, String> all = new TreeMap<>(expected);
    all.putAll(actual);
    for (String parameter : all.keySet()) {
      String wanted = expected.getOrDefault(parameter, "none");
      String found = actual.getOrDefault(parameter, "none");
      if (!wanted.equals(found)) {
        throw new UserException(
            path
                + ": its layers are not those of "
                + name()
                + ": parameter '"
                + parameter
                + "' is "
                + found
                + "; expected "
                + wanted
                + "; "
                + hint());
      }
    }
  }

  private static Map<String, String> shapes(Network network) {
    Map<String, String> shapes = new TreeMap<>();
    network
        .model()
        .paramTable()
        .forEach((name, value) -> shapes.put(name, Arrays.toString(value.shape())));
    return shapes;
  }

  private String name() {
    return ConfigNames.of(architecture.kind());
  }

  private String hint() {
    return "give float.zip of a finished float training of the same network";
  }
}
