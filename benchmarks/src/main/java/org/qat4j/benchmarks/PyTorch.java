package org.qat4j.benchmarks;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.qat4j.benchmarks.pytorch.Mode;
import org.qat4j.benchmarks.pytorch.PyTorchEngine;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineProcess;

/** PyTorch in processes of their own, which alone have its libraries. */
final class PyTorch {
  private static final Pattern VERSION = Pattern.compile("/(pytorch|mkl)-(\\d[\\w.-]*?)\\.jar");

  private PyTorch() {}

  /** Versions of PyTorch and MKL by the names of their files, and how they are set up. */
  static String inWords(String classPath) {
    StringBuilder words = new StringBuilder();
    for (String entry : classPath.split(File.pathSeparator, -1)) {
      Matcher version = VERSION.matcher(entry);
      if (version.find() && !version.group(2).contains("x86_64")) {
        words.append(version.group(1).equals("mkl") ? "MKL " : "PyTorch ");
        words.append(version.group(2)).append(", ");
      }
    }
    return words + "from Java, channels last, eager mode";
  }

  /**
   * Starts a process.
   *
   * @param classPath of PyTorch with its native libraries
   */
  static EngineProcess start(TrainingCase task, Mode mode, int threads, String classPath)
      throws IOException {
    return start(
        PyTorchEngine.class,
        List.of(
            task.network().name(),
            mode.name(),
            Integer.toString(threads),
            task.folder().toString()),
        threads,
        classPath);
  }

  /** As above, of any engine. */
  static EngineProcess start(
      Class<? extends Engine> engine, List<String> arguments, int threads, String classPath)
      throws IOException {
    String count = Integer.toString(threads);
    Map<String, String> environment =
        Map.of(
            "CLASSPATH",
            codeOf(TrainingCase.class)
                + File.pathSeparator
                + codeOf(Engine.class)
                + File.pathSeparator
                + classPath,
            "OMP_NUM_THREADS",
            count,
            "MKL_NUM_THREADS",
            count,
            "MKL_THREADING_LAYER",
            "GNU");
    return new EngineProcess(
        "pytorch", environment, List.of("-Dorg.bytedeco.openblas.load=mkl"), engine, arguments);
  }

  private static Path codeOf(Class<?> type) {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
  }
}
