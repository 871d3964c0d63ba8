package org.qat4j.runtime;

import java.lang.ref.Reference;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;

/**
 * Runs one graph. Used by one thread at a time; another thread that calls at the same time, and any
 * call after {@link #close()}, gets an {@link IllegalStateException}.
 *
 * <p>A batch of any size is cut into pieces whose activations fit the processor's cache. Buffers
 * and primitives of the piece sizes used last are kept, so that a repeated batch size allocates
 * nothing.
 */
public final class GraphRunner implements AutoCloseable {
  private static final long CACHE_BYTES = 512 * 1024;
  private static final int MOST_IMAGES = 64;

  /** Stands for more, so that sums do not overflow. */
  private static final long MOST_BYTES = 1L << 61;

  /** The longest array that every JVM can make. */
  private static final int MOST_ELEMENTS = Integer.MAX_VALUE - 8;

  private static final Object[] NONE = {};

  private enum State {
    IDLE,
    RUNNING,
    CLOSED
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.IDLE);
  private final Limits limits;
  private final Program program;
  private final Choice choice;
  private final int mostImages;
  private final List<Tensor> inputs;
  private final List<Tensor> outputs;
  private final List<WordInput> looked;
  private final Optional<SaturationWatch> watch;
  private final KeptState kept;
  private final Member[] members;
  private final Team team;
  private final Team.Job pieceJob = this::runPiece;
  private final Object[] oneInput = new Object[1];
  private final Object[] oneOutput = new Object[1];

  // The job that the team shares out. Written before it starts, read by its members.
  private Object[] pieceInputs = NONE;
  private Object[] pieceResults = NONE;
  private int batch;
  private int pieceImages;
  private int pieces;

  /**
   * @param backend {@link Backends#AUTO} or a backend's name
   * @param threads that share out the images of a batch, at least 1
   * @throws IllegalArgumentException if the backend is absent or has no kernel for a node
   */
  public GraphRunner(Graph graph, String backend, int threads) {
    this(
        graph,
        Choice.of(backend),
        threads,
        Optional.empty(),
        Limits.DEFAULT,
        CallerLayouts.CHANNELS_FIRST);
  }

  /**
   * As above, and counts clamped values where a rule is given. Each node then runs in a kernel of
   * its own, so that its codes can be seen; they are the same.
   *
   * @param choice of the kernels
   * @param limits of memory and work
   * @param layouts of the arrays and buffers that are given and got
   * @throws IllegalArgumentException if one image takes more than the limits allow, or as above
   */
  public GraphRunner(
      Graph graph,
      Choice choice,
      int threads,
      Optional<SaturationRule> rule,
      Limits limits,
      CallerLayouts layouts) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be >= 1, got " + threads);
    }
    this.inputs = graph.inputs();
    this.outputs = graph.outputs();
    this.looked = WordInput.of(graph);
    this.limits = limits;
    limits.requireOperations(graph);
    this.program = Program.acquire(graph, choice, layouts, rule.isPresent(), limits);
    long imageBytes = requireMemory(threads);
    this.choice = choice;
    this.kept = new KeptState(graph, limits);
    this.watch = rule.map(asked -> new SaturationWatch(graph, asked));
    this.mostImages = (int) Math.min(mostImages(program), limits.bytes() / imageBytes);
    this.members = new Member[threads];
    for (int i = 0; i < threads; i++) {
      members[i] = new Member(program, threads, watch);
    }
    this.team = new Team(threads, () -> enter(program));
  }

  /** Bytes of one image in each thread; where the limits allow no more, it runs image by image. */
  private long requireMemory(int threads) {
    try {
      long bytes = threads * new Placement(program, 1, false).bytes();
      String where = threads == 1 ? "" : " in each of " + threads + " threads";
      limits.requireBytes("the activations of one image" + where, bytes);
      return Math.max(1, bytes);
    } catch (IllegalArgumentException e) {
      program.release();
      throw e;
    }
  }

  /** As many images as the cache holds, and as fit a buffer, which is indexed by an int. */
  private static int mostImages(Program program) {
    Collection<Tensor> tensors = program.graph().tensors();
    Stream<Tensor> codes = tensors.stream().filter(t -> ElementType.of(t) != ElementType.F32);
    long inCache = CACHE_BYTES / (2 * largest(codes.map(StoredTensor::plain)));
    Stream<StoredTensor> all =
        Stream.concat(tensors.stream().map(StoredTensor::plain), program.stored());
    long inBuffer = Integer.MAX_VALUE / largest(all);
    return (int) Math.max(1, Math.min(MOST_IMAGES, Math.min(inCache, inBuffer)));
  }

  private static long largest(Stream<StoredTensor> tensors) {
    return tensors.mapToLong(tensor -> tensor.bytes(1)).max().orElse(1);
  }

  /** The graph's inputs, in the order of {@link #run}'s arrays. */
  public List<Tensor> inputs() {
    return inputs;
  }

  /** The graph's outputs, in the order of {@link #run}'s arrays. */
  public List<Tensor> outputs() {
    return outputs;
  }

  /**
   * Computes a batch.
   *
   * @param arrays one for each input, images in the runner's layout, {@code [batch, time,
   *     features]} or {@code [batch, features]} in row-major order: a {@code float[]} or {@link
   *     java.nio.FloatBuffer} of real numbers, a {@code byte[]} of 8-bit codes or a {@code short[]}
   *     of 16-bit codes ({@link ElementType#array()}); not modified
   * @param batch images, at least 1
   * @param results one for each output, of types and laid out likewise; overwritten
   * @throws IllegalArgumentException if an array has another type or length than its tensor for
   *     this batch, or holds a code that its tensor cannot have, or state is kept for another batch
   */
  public void run(Object[] arrays, int batch, Object[] results) {
    check(arrays, batch, results);
    begin();
    try {
      runPieces(arrays, batch, results);
    } finally {
      state.set(State.IDLE);
    }
  }

  /**
   * Computes a batch of a graph with one input and one output; allocates nothing once the batch
   * size has been seen.
   *
   * @throws IllegalArgumentException if the graph has several inputs or outputs, or as above
   */
  public void runOne(Object array, int batch, Object result) {
    begin();
    try {
      oneInput[0] = array;
      oneOutput[0] = result;
      check(oneInput, batch, oneOutput);
      runPieces(oneInput, batch, oneOutput);
    } finally {
      oneInput[0] = null;
      oneOutput[0] = null;
      state.set(State.IDLE);
    }
  }

  private void check(Object[] arrays, int batch, Object[] results) {
    Port.check("input", inputs, arrays, batch);
    Port.check("output", outputs, results, batch);
    Port.checkCodes(inputs, arrays);
    checkWords(arrays);
  }

  private void checkWords(Object[] arrays) {
    for (int i = 0; i < looked.size(); i++) {
      looked.get(i).check(arrays);
    }
  }

  private void runPieces(Object[] arrays, int batch, Object[] results) {
    kept.begin(batch);
    pieceInputs = arrays;
    pieceResults = results;
    this.batch = batch;
    // As few pieces as fit the cache, as even as they can be, and one for each thread at least.
    int least = Math.max((batch - 1) / mostImages + 1, Math.min(batch, members.length));
    pieceImages = (batch - 1) / least + 1;
    try {
      enter(program);
      pieces = (batch - 1) / pieceImages + 1;
      team.run(pieceJob, pieces);
      kept.advance(batch);
      if (watch.isPresent()) {
        watch.get().ran(batch);
      }
    } finally {
      leave(program);
      pieceInputs = NONE;
      pieceResults = NONE;
      Reference.reachabilityFence(this);
    }
  }

  private void runPiece(int member, int piece) {
    int first = piece * pieceImages;
    int images = Math.min(pieceImages, batch - first);
    BoundProgram network = members[member].bound(images);
    for (int i = 0; i < pieceInputs.length; i++) {
      network.input(i).write(pieceInputs[i], first * inputs.get(i).shape().elements());
    }
    kept.write(network, first);
    if (pieces == 1) {
      network.run(team);
    } else {
      network.run();
    }
    for (int i = 0; i < pieceResults.length; i++) {
      network.output(i).read(pieceResults[i], first * outputs.get(i).shape().elements());
    }
    kept.read(network, first);
  }

  /**
   * Computes a batch, with new arrays for the results.
   *
   * @return one for each output
   * @throws IllegalArgumentException if an output is codes, or the results are larger than the
   *     limits allow, or as above
   */
  public float[][] run(Object[] arrays, int batch) {
    Port.check("input", inputs, arrays, batch);
    outputs.forEach(GraphRunner::requireReal);
    limits.requireBytes("the results of " + batch + " images", bytes(outputs, batch));
    float[][] results = new float[outputs.size()][];
    for (int i = 0; i < results.length; i++) {
      results[i] = new float[length("output", outputs.get(i), batch)];
    }
    run(arrays, batch, results);
    return results;
  }

  private static void requireReal(Tensor output) {
    if (output.isCodes()) {
      throw new IllegalArgumentException(
          "output '"
              + output.name()
              + "' holds codes: give an array for them, as to run(Map, int, Map)");
    }
  }

  /**
   * Elements of a batch in one array.
   *
   * @param role of the tensor, for the message
   * @throws IllegalArgumentException if they are too many
   */
  static int length(String role, Tensor tensor, int batch) {
    long elements = (long) batch * tensor.shape().elements();
    if (elements > MOST_ELEMENTS) {
      throw new IllegalArgumentException(
          role
              + " '"
              + tensor.name()
              + "': "
              + batch
              + " images of "
              + tensor.shape()
              + " do not fit one array: use smaller batches");
    }
    return (int) elements;
  }

  private static long bytes(Collection<Tensor> tensors, int batch) {
    long bytes = 0;
    for (Tensor tensor : tensors) {
      long elements = (long) batch * tensor.shape().elements();
      bytes = Math.min(MOST_BYTES, bytes + elements * Float.BYTES);
    }
    return bytes;
  }

  /**
   * Computes a batch node by node and returns the codes of every quantized tensor. What is kept
   * between calls is read, and stays as it is.
   *
   * @param arrays as in {@link #run}
   * @return codes in NCHW order, of sequences {@code [batch, time, features]}, by tensor name, in
   *     execution order
   * @throws IllegalArgumentException if the codes are more than the limits allow, or as above
   */
  public Map<String, int[]> trace(Object[] arrays, int batch) {
    Port.check("input", inputs, arrays, batch);
    Port.checkCodes(inputs, arrays);
    checkWords(arrays);
    // Each tensor is there twice: in native memory and as the codes that are returned.
    long bytes = 2 * bytes(program.graph().tensors(), batch);
    limits.requireBytes("all tensors of " + batch + " images", bytes);
    begin();
    Program unfused =
        Program.acquire(program.graph(), choice.byRule(), program.layouts(), true, limits);
    try {
      enter(unfused);
      try (BoundProgram all = new BoundProgram(unfused, batch, 1, true, Optional.empty())) {
        for (int i = 0; i < arrays.length; i++) {
          all.input(i).write(arrays[i], 0);
        }
        kept.writeAll(all);
        all.run();
        Map<String, int[]> codes = new LinkedHashMap<>();
        all.buffers().stream()
            .filter(buffer -> buffer.type() != ElementType.F32)
            .forEach(buffer -> codes.put(buffer.tensor().name(), codesNchw(buffer)));
        return codes;
      }
    } finally {
      leave(unfused);
      unfused.release();
      state.set(State.IDLE);
    }
  }

  private static int[] codesNchw(Buffer buffer) {
    int[] codes = new int[buffer.elements()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = buffer.code(buffer.indexOfNchw(i));
    }
    return codes;
  }

  /** What runs. Binds the network to one image if it has not run yet. */
  public Plan plan() {
    begin();
    try {
      enter(program);
      BoundProgram any = members[0].latest();
      return new Plan(
          choice.backend(),
          members.length,
          mostImages,
          any.bytes() / any.batch() * mostImages,
          any.entries(),
          Plan.Islands.of(program.graph()),
          Plan.states(program.graph()));
    } finally {
      leave(program);
      state.set(State.IDLE);
    }
  }

  /** Makes all that is kept between calls zeros again, for any batch; nothing where none is. */
  public void resetState() {
    begin();
    kept.reset();
    state.set(State.IDLE);
  }

  /**
   * The clamped values counted so far, by layer in execution order. For any thread, at any time.
   *
   * @throws IllegalStateException if the runner was made without a rule
   */
  public List<Saturation> saturation() {
    return watch
        .map(SaturationWatch::snapshot)
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the session does not watch its ranges: open it with"
                        + " SessionOptions.DEFAULT.withWatch(SaturationRule.DEFAULT)"));
  }

  private void begin() {
    State before = state.compareAndExchange(State.IDLE, State.RUNNING);
    if (before == State.CLOSED) {
      throw new IllegalStateException("the session is closed");
    }
    if (before == State.RUNNING) {
      throw new IllegalStateException(
          "the session is running on another thread: open one session for each thread");
    }
  }

  private static void enter(Program program) {
    List<Backend> used = program.backends();
    for (int i = 0; i < used.size(); i++) {
      used.get(i).enter();
    }
  }

  private static void leave(Program program) {
    List<Backend> used = program.backends();
    for (int i = 0; i < used.size(); i++) {
      used.get(i).leave();
    }
  }

  /**
   * Frees the native memory. A second call does nothing.
   *
   * @throws IllegalStateException if the session is running; it then stays open
   */
  @Override
  public void close() {
    State before = state.compareAndExchange(State.IDLE, State.CLOSED);
    if (before == State.RUNNING) {
      throw new IllegalStateException(
          "close() while the session is running: wait for run() to return");
    }
    if (before == State.IDLE) {
      team.close();
      for (Member member : members) {
        member.close();
      }
      program.release();
    }
  }
}
