package org.qat4j.runtime;

import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The registry: every backend on the class path, present on this machine or not. */
public final class Backends {
  /** The name that stands for the machine's best exact kernel for each operation. */
  public static final String AUTO = "auto";

  private static final List<Backend> ALL =
      ServiceLoader.load(Backend.class, Backends.class.getClassLoader()).stream()
          .map(ServiceLoader.Provider::get)
          .sorted(Comparator.comparingInt(Backend::preference).reversed())
          .toList();

  private Backends() {}

  /** All registered backends, the preferred ones first. */
  public static List<Backend> all() {
    return ALL;
  }

  /** Those that can run on this machine. */
  public static List<Backend> present() {
    return ALL.stream().filter(backend -> backend.absence().isEmpty()).toList();
  }

  /**
   * The backends to ask for a kernel, in order.
   *
   * @param name {@link #AUTO} or the name of a backend, which is then asked first
   * @throws IllegalArgumentException if there is no such backend or it cannot run here, with the
   *     reason and those that can
   */
  static List<Backend> candidates(String name) {
    if (name.equals(AUTO)) {
      return present();
    }
    Backend requested =
        ALL.stream()
            .filter(backend -> backend.name().equals(name))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no backend '" + name + "'; present: " + names()));
    requested
        .absence()
        .ifPresent(
            reason -> {
              throw new IllegalArgumentException(
                  "backend '" + name + "' cannot run here: " + reason + "; present: " + names());
            });
    return ALL.stream()
        .filter(backend -> backend == requested || completes(backend, requested))
        .filter(backend -> backend.absence().isEmpty())
        .toList();
  }

  private static boolean completes(Backend backend, Backend requested) {
    return backend.completesOthers() && requested.preference() > backend.preference();
  }

  private static String names() {
    return present().stream().map(Backend::name).collect(Collectors.joining(", ", AUTO + ", ", ""));
  }
}
