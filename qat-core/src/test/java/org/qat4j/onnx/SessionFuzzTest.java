package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.ChildJvm;

/**
 * Whatever a file or a graph holds, opening, planning and running it gives the reference's results
 * or a documented refusal: no other exception or error, no crash, no hang. In JVMs of their own
 * with 128 MB of heap, since that is what must not run out.
 */
class SessionFuzzTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(SessionFuzz.Source.class)
  void session_onWildModels_refusesOrEqualsTheReference(SessionFuzz.Source source)
      throws Exception {
    fuzz(source, 0, 100);
  }

  static Stream<Arguments> manySeeds() {
    return IntStream.range(1, 11)
        .boxed()
        .flatMap(
            thousand ->
                Stream.of(SessionFuzz.Source.values())
                    .map(source -> Arguments.of(source, 1000L * thousand)));
  }

  @Tag("slow")
  @ParameterizedTest(name = "{0}, 1000 seeds from {1}")
  @MethodSource("manySeeds")
  void session_onThousandsOfWildModels_refusesOrEqualsTheReference(
      SessionFuzz.Source source, long first) throws Exception {
    fuzz(source, first, 1000);
  }

  private void fuzz(SessionFuzz.Source source, long first, int seeds)
      throws IOException, InterruptedException {
    List<String> lines =
        ChildJvm.run(
            folder,
            "128m",
            System.getProperty("java.class.path"),
            Duration.ofMinutes(20),
            List.of(
                SessionFuzz.class.getName(),
                source.name(),
                Long.toString(first),
                Integer.toString(seeds)));
    assertTrue(lines.get(lines.size() - 1).contains("EQUAL="), lines::toString);
  }
}
