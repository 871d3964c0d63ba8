package org.qat4j.runtime;

import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Backends by name, present on this machine or not. */
public final class Backends {
  /** The name that stands for the machine's best exact kernel for each operation. */
  public static final String AUTO = "auto";

  private static final Backends REGISTERED =
      new Backends(
          ServiceLoader.load(Backend.class, Backends.class.getClassLoader()).stream()
              .map(ServiceLoader.Provider::get)
              .toList());

  private final List<Backend> all;

  /**
   * A registry of some backends.
   *
   * @param all the order in which they are listed, and taken where they offer the same
   */
  public Backends(List<Backend> all) {
    this.all = List.copyOf(all);
  }

  /** Every backend on the class path. */
  public static Backends registered() {
    return REGISTERED;
  }

  public List<Backend> all() {
    return all;
  }

  /** Those that can run on this machine. */
  public List<Backend> present() {
    return all.stream().filter(backend -> backend.absence().isEmpty()).toList();
  }

  /**
   * The backends to ask for offers.
   *
   * @param name {@link #AUTO} or the name of a backend
   * @throws IllegalArgumentException if there is no such backend or it cannot run here, with the
   *     reason and those that can
   */
  List<Backend> candidates(String name) {
    if (name.equals(AUTO)) {
      return present();
    }
    Backend requested =
        all.stream()
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
    return present().stream()
        .filter(backend -> backend == requested || backend.completesOthers())
        .toList();
  }

  private String names() {
    return present().stream().map(Backend::name).collect(Collectors.joining(", ", AUTO + ", ", ""));
  }
}
