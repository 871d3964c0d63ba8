package org.qat4j.onnx;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.qat4j.graph.ConvertOp;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;
import org.qat4j.inference.SessionOptions;
import org.qat4j.onnx.read.OnnxReader;
import org.qat4j.onnx.write.OnnxWriter;
import org.qat4j.runtime.Limits;
import org.qat4j.scheme.QuantParams;

/**
 * Opens, plans and runs models by seed, as a process of its own: each is refused with one of the
 * documented exceptions and a message, or gives the same results on the reference and on oneDNN.
 */
final class SessionFuzz {
  /** Small enough that the reference takes about a second. */
  private static final Limits LIMITS = new Limits(16 << 20, 1 << 26);

  private static final long MOST_NANOSECONDS = 60_000_000_000L;

  private static volatile long startedAt = System.nanoTime();
  private static volatile String current = "nothing yet";

  private SessionFuzz() {}

  /** Where models come from. */
  enum Source {
    /** Graphs in memory. */
    GRAPH,
    /** The same, written and read. */
    FILE,
    /** Files of sensible networks whose parts no longer fit together. */
    REARRANGED,
    /** Files of wild networks with the like. */
    WILD_REARRANGED,
    /** Files with some bytes changed. */
    MUTATED
  }

  /** What became of one model. */
  private enum Outcome {
    REFUSED_BY_BUILDER,
    REFUSED_BY_WRITER,
    REFUSED_BY_READER,
    REFUSED_BY_SESSION,
    EQUAL
  }

  /**
   * Runs a range of seeds. Prints how many models had which outcome, or throws at the first
   * violation.
   *
   * @param args source, first seed, number of seeds
   */
  public static void main(String[] args) {
    Source source = Source.valueOf(args[0]);
    long first = Long.parseLong(args[1]);
    watch(Thread.currentThread());
    Map<Outcome, Integer> outcomes = new LinkedHashMap<>();
    for (long seed = first; seed < first + Long.parseLong(args[2]); seed++) {
      current = source + " seed " + seed;
      startedAt = System.nanoTime();
      try {
        outcomes.merge(check(source, seed), 1, Integer::sum);
      } catch (RuntimeException | Error e) {
        throw new IllegalStateException("at " + current, e);
      }
    }
    System.out.println(outcomes);
  }

  /** Ends the process when one model takes too long. */
  private static void watch(Thread main) {
    Thread watcher =
        new Thread(
            () -> {
              while (System.nanoTime() - startedAt < MOST_NANOSECONDS) {
                sleep();
              }
              System.err.println(
                  "hangs at " + current + ": " + Arrays.toString(main.getStackTrace()));
              Runtime.getRuntime().halt(3);
            });
    watcher.setDaemon(true);
    watcher.start();
  }

  private static void sleep() {
    try {
      Thread.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Outcome check(Source source, long seed) {
    return switch (source) {
      case GRAPH -> checkGraph(seed);
      case FILE -> checkFile(seed);
      case REARRANGED -> checkBytes(new ModelMutator(sensible(seed), seed).mutate(), seed);
      case WILD_REARRANGED -> checkWildBytes(seed);
      case MUTATED -> checkBytes(CorruptFileTest.mutate(sensible(seed), new Random(seed)), seed);
    };
  }

  private static byte[] sensible(long seed) {
    long few = seed % 500;
    return OnnxWriter.toBytes(
        RandomGraphs.draw(few, few % 2 == 0 ? RandomGraphs.Kind.ANY : RandomGraphs.Kind.PORTABLE));
  }

  private static Outcome checkGraph(long seed) {
    Graph graph;
    try {
      graph = WildGraphs.draw(seed);
    } catch (IllegalArgumentException e) {
      return refused(e, Outcome.REFUSED_BY_BUILDER);
    }
    return run(graph, seed);
  }

  private static Outcome checkFile(long seed) {
    byte[] bytes;
    try {
      bytes = OnnxWriter.toBytes(WildGraphs.draw(seed));
    } catch (IllegalArgumentException e) {
      return refused(e, Outcome.REFUSED_BY_WRITER);
    }
    return checkBytes(bytes, seed);
  }

  private static Outcome checkWildBytes(long seed) {
    byte[] bytes;
    try {
      bytes = OnnxWriter.toBytes(WildGraphs.draw(seed));
    } catch (IllegalArgumentException e) {
      return refused(e, Outcome.REFUSED_BY_WRITER);
    }
    return checkBytes(new ModelMutator(bytes, seed).mutate(), seed);
  }

  private static Outcome checkBytes(byte[] bytes, long seed) {
    Graph graph;
    try {
      graph =
          seed % 3 == 0
              ? OnnxReader.read(bytes, "fuzz.onnx")
              : OnnxReader.readAllowingFloat(bytes, "fuzz.onnx");
    } catch (OnnxFormatException e) {
      return refused(e, Outcome.REFUSED_BY_READER);
    }
    return run(graph, seed);
  }

  private static Outcome run(Graph graph, long seed) {
    QuantizedModel model = new QuantizedModel(graph);
    SessionOptions options =
        SessionOptions.DEFAULT.withLimits(LIMITS).withThreads(1 + (int) (seed % 2));
    try (InferenceSession reference =
            InferenceSession.open(model, options.withBackend("reference"));
        InferenceSession fast = InferenceSession.open(model, options.withBackend("onednn"))) {
      reference.plan();
      String plan = fast.plan().toString();
      Random random = new Random(seed);
      int batch = 1 + random.nextInt(3);
      Map<String, float[]> images =
          graph.inputs().stream()
              .collect(Collectors.toMap(Tensor::name, i -> images(random, graph, i, batch)));
      requireSame(reference.run(images, batch), fast.run(images, batch), plan);
      if (images.size() == 1) {
        float[] only = images.values().iterator().next();
        requireSameCodes(reference.trace(only, batch), fast.trace(only, batch), plan);
      }
      return Outcome.EQUAL;
    } catch (IllegalArgumentException | IllegalStateException e) {
      return refused(e, Outcome.REFUSED_BY_SESSION);
    }
  }

  private static Outcome refused(Exception refusal, Outcome outcome) {
    if (refusal.getMessage() == null || refusal.getMessage().length() < 15) {
      throw new AssertionError("refused without a message", refusal);
    }
    return outcome;
  }

  private static void requireSame(
      Map<String, float[]> expected, Map<String, float[]> actual, String plan) {
    expected.forEach(
        (name, reals) -> {
          int at = Arrays.mismatch(reals, actual.get(name));
          if (at >= 0) {
            float other = actual.get(name)[at];
            throw new AssertionError(
                name + "[" + at + "]: " + reals[at] + ", but " + other + "\n" + plan);
          }
        });
  }

  private static void requireSameCodes(
      Map<String, int[]> expected, Map<String, int[]> actual, String plan) {
    expected.forEach(
        (name, codes) -> {
          int at = Arrays.mismatch(codes, actual.get(name));
          if (at >= 0) {
            int other = actual.get(name)[at];
            throw new AssertionError(
                "code " + name + "[" + at + "]: " + codes[at] + ", but " + other + "\n" + plan);
          }
        });
  }

  /** Real numbers that become all codes of the first QuantizeLinear, and some that are none. */
  private static float[] images(Random random, Graph graph, Tensor input, int batch) {
    List<QuantParams> readers =
        graph.nodes().stream()
            .filter(node -> node.op() instanceof ConvertOp.Quantize)
            .filter(node -> node.inputs().contains(input.name()))
            .map(Node::output)
            .map(name -> graph.tensor(name).params())
            .toList();
    QuantParams params =
        readers.isEmpty()
            ? new QuantParams(1, 0, org.qat4j.scheme.IntRange.signed(2))
            : readers.get(random.nextInt(readers.size()));
    float[] images = new float[batch * input.shape().elements()];
    boolean extremes = random.nextInt(4) == 0;
    for (int i = 0; i < images.length; i++) {
      int half = random.nextInt(2 * params.range().steps() + 9) - 4;
      images[i] =
          extremes && random.nextInt(8) == 0
              ? Float.intBitsToFloat(random.nextInt())
              : params.scale() * (params.range().min() - params.zeroPoint() + half / 2f);
    }
    return images;
  }
}
