package org.qat4j.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.qat4j.testing.ChildProcess;

/**
 * Conformance under every instruction set of oneDNN. The set is fixed when the library loads, so
 * each runs in a process of its own; one that this processor lacks is lowered to what it has.
 */
class InstructionSetTest {
  @ParameterizedTest
  @ValueSource(strings = {"AVX512_CORE_VNNI", "AVX2_VNNI", "AVX512_CORE", "AVX2", "SSE41"})
  void sampleOfConformance_underInstructionSet_equalsReference(String isa) throws Exception {
    assertConforms(isa, 40, 15);
  }

  @Tag("slow")
  @ParameterizedTest
  @ValueSource(strings = {"AVX512_CORE_VNNI", "AVX2_VNNI", "AVX512_CORE", "AVX2", "SSE41"})
  void allOfConformance_underInstructionSet_equalsReference(String isa) throws Exception {
    assertConforms(isa, 1, 1000);
  }

  private static void assertConforms(String isa, int step, int seeds)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            List.of(
                ChildProcess.java(),
                "-cp",
                System.getProperty("java.class.path"),
                Conformance.class.getName(),
                Integer.toString(step),
                Integer.toString(seeds)));
    builder.environment().put("ONEDNN_MAX_CPU_ISA", isa);
    builder.redirectErrorStream(true);
    Process process = ChildProcess.start(builder, Duration.ofMinutes(20));
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), () -> isa + ": " + output);
    assertTrue(output.contains("without a difference"), () -> isa + ": " + output);
  }
}
