package org.qat4j.jobs;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.qat4j.cli.error.UserException;
import org.qat4j.jobs.network.Network;
import org.qat4j.jobs.network.NetworkFile;

/**
 * The file of a trained float network: {@code float.zip} of a run.
 *
 * @param name of the network whose layers it must have
 */
record FloatFile(Path path, String name) {
  /**
   * Puts the file's parameters into a network with the settings of this run.
   *
   * @throws UserException if the file is not a network of the same layers
   */
  void copyTo(Network target) {
    Network source = NetworkFile.read(path);
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
                + name
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

  private String hint() {
    return "give float.zip of a finished float training of the same network";
  }
}
