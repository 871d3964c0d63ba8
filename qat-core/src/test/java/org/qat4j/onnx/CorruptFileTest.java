package org.qat4j.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.qat4j.graph.Graph;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;

/**
 * Whatever happens to a file, reading it gives a graph or the one exception, within bounds of
 * memory and time.
 */
class CorruptFileTest {
  /**
   * Objects of protobuf and of the graph take up to a hundred bytes for each of the file; a
   * constant is for the rest.
   */
  private static final long BYTES_PER_FILE_BYTE = 400;

  private static final long BYTES_BESIDES = 4L << 20;
  private static final long MOST_NANOSECONDS = 10_000_000_000L;

  private final ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  static LongStream manySeeds() {
    return LongStream.range(1000, 1100);
  }

  private static byte[] file(long seed) {
    if (seed % 4 == 1) {
      return OnnxWriter.toBytes(RecurrentGraphs.drawDynamic(seed));
    }
    RandomGraphs.Kind kind = seed % 2 == 0 ? RandomGraphs.Kind.ANY : RandomGraphs.Kind.PORTABLE;
    return OnnxWriter.toBytes(RandomGraphs.draw(seed, kind));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void read_ofTruncatedFile_isAFormatError(long seed) {
    byte[] bytes = file(seed);
    int whole = 0;
    for (int length = 0; length < bytes.length; length += Math.max(1, bytes.length / 500)) {
      whole += read(Arrays.copyOf(bytes, length)) ? 1 : 0;
    }
    // Metadata are last, and without them a file is complete.
    assertTrue(whole < 500 / 2, () -> "too many truncated files were accepted");
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void read_ofMutatedFile_givesAGraphOrAFormatError(long seed) {
    mutateAndRead(seed, 200);
  }

  @Tag("slow")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void read_of1000MutationsEach_givesAGraphOrAFormatError(long seed) {
    mutateAndRead(seed, 1000);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void read_ofRearrangedModel_givesAGraphOrAFormatError(long seed) {
    rearrangeAndRead(seed, 200);
  }

  @Tag("slow")
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("manySeeds")
  void read_of1000RearrangementsEach_givesAGraphOrAFormatError(long seed) {
    rearrangeAndRead(seed, 1000);
  }

  private void rearrangeAndRead(long seed, int times) {
    ModelMutator mutator = new ModelMutator(file(seed), seed);
    int refused = 0;
    for (int i = 0; i < times; i++) {
      refused += read(mutator.mutate()) ? 0 : 1;
    }
    assertTrue(
        refused > times / 4,
        "only " + refused + " of " + times + " rearranged models were refused");
  }

  private void mutateAndRead(long seed, int times) {
    byte[] bytes = file(seed);
    assertTrue(read(bytes));
    Random random = new Random(seed);
    int refused = 0;
    for (int i = 0; i < times; i++) {
      refused += read(mutate(bytes, random)) ? 0 : 1;
    }
    assertTrue(
        refused > times / 20,
        "mutations must reach what is checked, but only " + refused + " were refused");
  }

  /** Flips bits, overwrites with special numbers, inserts, deletes or repeats a stretch. */
  static byte[] mutate(byte[] bytes, Random random) {
    byte[] mutated = bytes.clone();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      int at = random.nextInt(mutated.length);
      switch (random.nextInt(5)) {
        case 0 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> mutated[at] = (byte) random.nextInt(256);
        case 2 ->
            Arrays.fill(mutated, at, Math.min(mutated.length, at + random.nextInt(12)), (byte) -1);
        case 3 -> mutated = cut(mutated, at, Math.min(mutated.length, at + 1 + random.nextInt(16)));
        default ->
            mutated = repeat(mutated, at, Math.min(mutated.length, at + 1 + random.nextInt(64)));
      }
    }
    return mutated;
  }

  private static byte[] cut(byte[] bytes, int from, int to) {
    byte[] shorter = Arrays.copyOf(bytes, bytes.length - (to - from));
    System.arraycopy(bytes, to, shorter, from, bytes.length - to);
    return shorter.length == 0 ? bytes : shorter;
  }

  private static byte[] repeat(byte[] bytes, int from, int to) {
    byte[] longer = Arrays.copyOf(bytes, bytes.length + to - from);
    System.arraycopy(bytes, from, longer, to, bytes.length - from);
    return longer;
  }

  /** Whether the bytes are a model. Any other exception than the one for formats comes out. */
  private boolean read(byte[] bytes) {
    long allocated = memory.getCurrentThreadAllocatedBytes();
    long start = System.nanoTime();
    boolean model;
    try {
      Graph graph = OnnxReader.read(bytes, "mutated.onnx");
      model = !graph.nodes().isEmpty();
    } catch (OnnxFormatException e) {
      assertEquals("mutated.onnx: ", e.getMessage().substring(0, 14));
      model = false;
    }
    allocated = memory.getCurrentThreadAllocatedBytes() - allocated;
    long most = BYTES_BESIDES + BYTES_PER_FILE_BYTE * bytes.length;
    assertTrue(allocated < most, "allocated " + allocated + " bytes for a file of " + bytes.length);
    long nanoseconds = System.nanoTime() - start;
    assertTrue(
        nanoseconds < MOST_NANOSECONDS,
        "took " + nanoseconds + " ns for a file of " + bytes.length);
    return model;
  }
}
