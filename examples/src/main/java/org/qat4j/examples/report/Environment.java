package org.qat4j.examples.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * Where a job ran.
 *
 * @param jvm name and version
 * @param os name, version and architecture
 * @param cpu model as the system names it
 * @param cores that the JVM may use
 * @param versions of the libraries that compute, by name
 */
public record Environment(
    String jvm, String os, String cpu, int cores, Map<String, String> versions) {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

  /** The environment of this process. */
  public static Environment current() {
    Map<String, String> versions = new LinkedHashMap<>();
    versions.put("qat4j", qat4jVersion());
    versions.put("Deeplearning4j", mavenVersion("org.deeplearning4j", "deeplearning4j-nn"));
    versions.put("ND4J", mavenVersion("org.nd4j", "nd4j-api"));
    versions.put("oneDNN", mavenVersion("org.bytedeco", "dnnl"));
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
    return property("/qat4j.properties", "version");
  }

  private static String mavenVersion(String group, String artifact) {
    return property("/META-INF/maven/" + group + "/" + artifact + "/pom.properties", "version");
  }

  private static String property(String resource, String key) {
    try (InputStream in = Environment.class.getResourceAsStream(resource)) {
      Properties properties = new Properties();
      if (in != null) {
        properties.load(in);
      }
      return properties.getProperty(key, "unknown");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String cpuModel() {
    try (Stream<String> lines = Files.lines(CPU_INFO, StandardCharsets.UTF_8)) {
      return lines
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException | UncheckedIOException e) {
      return System.getProperty("os.arch");
    }
  }
}
