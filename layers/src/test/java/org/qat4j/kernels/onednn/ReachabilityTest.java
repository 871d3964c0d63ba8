package org.qat4j.kernels.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.qat4j.kernels.Rounding;

/**
 * What native code works on is not freed under it, in a JVM of its own, which a failure ends.
 *
 * <p>Compiled code forgets a copy in the working layout once it has its address. Then the garbage
 * collector, which runs all the time, finds it, and ND4J unmaps it while oneDNN reads. Only this
 * package is compiled, from the first call on, by the compiler that never falls back.
 */
class ReachabilityTest {
  private static final long[] IMAGES = {4, 3, 1000, 1000};
  private static final int STEPS = 30;

  @Test
  void pass_collectedAllTheTime_readsNothingThatIsFreed(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path printed = folder.resolve("printed.txt");
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xcomp",
                "-XX:TieredStopAtLevel=1",
                "-XX:CompileCommand=compileonly," + Call.class.getPackageName() + ".*::*",
                "-XX:+UseSerialGC",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("crash.log"),
                "-Xmx1g",
                "-Dorg.nd4j.deallocator.threads=1",
                "-cp",
                System.getProperty("java.class.path"),
                ReachabilityTest.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(printed.toFile())
            .start();
    try {
      assertEquals(true, child.waitFor(5, TimeUnit.MINUTES), "it ends");
    } finally {
      child.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(printed);
    assertEquals(0, child.exitValue(), () -> String.join("\n", lines));
  }

  public static void main(String[] arguments) {
    // Small calls first, so that all classes are loaded.
    run(ones(2, 3, 4, 5));
    Thread collector = new Thread(ReachabilityTest::collect);
    collector.setDaemon(true);
    collector.start();
    run(ones(IMAGES));
  }

  private static INDArray ones(long... shape) {
    return Nd4j.ones(DataType.FLOAT, shape);
  }

  /** Values in rows, which the kernels copy to channels last. */
  private static void run(INDArray values) {
    Rounding rounding = new OneDnnRounding();
    for (int step = 0; step < STEPS; step++) {
      rounding.pass(values, values, -1, 1);
    }
  }

  private static void collect() {
    while (true) {
      System.gc();
      try {
        Thread.sleep(3);
      } catch (InterruptedException e) {
        return;
      }
    }
  }
}
