package org.qat4j.jobs.network;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.nd4j.linalg.dataset.api.preprocessor.DataNormalization;
import org.qat4j.cli.error.UserException;
import org.qat4j.jobs.config.ConfigNames;
import org.qat4j.jobs.config.NetworkKind;

/** Finds the network that a text names. */
public final class Blueprints {
  private Blueprints() {}

  /**
   * A network by its name, its zip file, or the Java class that makes it.
   *
   * @param classes where classes are looked for
   * @throws UserException if there is no such network, or it is not understood
   */
  public static Blueprint find(String text, UserClasses classes) {
    Optional<NetworkKind> known = NetworkKind.named(text);
    if (known.isPresent()) {
      return Architecture.of(known.get());
    }
    if (isFile(text)) {
      return NetworkFile.blueprint(Path.of(text));
    }
    if (classes.has(text)) {
      return of(text, Network.of(classes.network(text)), Optional.empty());
    }
    throw new UserException(
        "no such network: '"
            + text
            + "' is none of "
            + Arrays.stream(NetworkKind.values()).map(ConfigNames::of).toList()
            + ", no file, and no class"
            + classes.describe());
  }

  private static boolean isFile(String text) {
    try {
      return Files.exists(Path.of(text)) || text.endsWith(".zip");
    } catch (InvalidPathException e) {
      return false;
    }
  }

  /** Of a network that is made already. */
  static Blueprint of(String name, Network network, Optional<DataNormalization> normalizer) {
    NetworkInputs.Found found = NetworkInputs.of(name, network);
    return new Blueprint(
        found.inputs(),
        found.classes(),
        normalizer.map(given -> Normalizers.scaling(given, name)),
        normalizer,
        (seed, training) -> network.copy(training));
  }
}
