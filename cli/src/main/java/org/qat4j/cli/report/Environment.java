package org.qat4j.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Where a job ran.
 *
 * @param jvm name and version
 * @param os name, version and architecture
 * @param cpu model as the system names it, with what tells its generation where that is known
 * @param cores that the JVM may use
 * @param versions of the libraries that compute, by name; of those on the class path
 */
public record Environment(
    String jvm, String os, String cpu, int cores, Map<String, String> versions) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final List<String> INT8_INSTRUCTIONS =
      List.of("avx_vnni", "avx512_vnni", "amx_int8");

  /** The environment of this process. */
  public static Environment current() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("qat4j", qat4jVersion());
    put(versions, "Deeplearning4j", "org.deeplearning4j", "deeplearning4j-nn");
    put(versions, "ND4J", "org.nd4j", "nd4j-api");
    put(versions, "oneDNN", "org.bytedeco", "dnnl");
    return new Environment(
        System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + " "
            + System.getProperty("os.arch"),
        cpuModel(),
        Runtime.getRuntime().availableProcessors(),
        versions);
  }

  /** Version of this program. */
  public static String qat4jVersion() {
    return property("/qat4j.properties", "version").orElse("unknown");
  }

  private static void put(
      Map<String, String> versions, String library, String group, String artifact) {
    property("/META-INF/maven/" + group + "/" + artifact + "/pom.properties", "version")
        .ifPresent(version -> versions.put(library, version));
  }

  private static Optional<String> property(String resource, String key) {
    try (InputStream in = Environment.class.getResourceAsStream(resource)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return Optional.ofNullable(properties.getProperty(key));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String cpuModel() {
    Map<String, String> info = new HashMap<>();
    try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.UTF_8)) {
      lines
          .map(line -> line.split(":", 2))
          .filter(pair -> pair.length == 2)
          .forEach(pair -> info.putIfAbsent(pair[0].strip(), pair[1].strip()));
    } catch (IOException | UncheckedIOException e) {
      return System.getProperty("os.arch");
    }
    return info.containsKey("model name") ? describe(info) : System.getProperty("os.arch");
  }

  /** Names such as "AMD EPYC" do not tell generations; family, model and instructions do. */
  private static String describe(Map<String, String> info) {
    List<String> flags = List.of(info.getOrDefault("flags", "").split(" ", -1));
    List<String> int8 = INT8_INSTRUCTIONS.stream().filter(flags::contains).toList();
    return info.get("model name")
        + " (family "
        + info.get("cpu family")
        + ", model "
        + info.get("model")
        + (int8.isEmpty() ? "" : "; " + String.join(", ", int8))
        + ")";
  }
}
