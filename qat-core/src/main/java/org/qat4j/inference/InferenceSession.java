package org.qat4j.inference;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qat4j.graph.Tensor;
import org.qat4j.runtime.Backends;
import org.qat4j.runtime.Choice;
import org.qat4j.runtime.GraphRunner;
import org.qat4j.runtime.Plan;
import org.qat4j.runtime.Saturation;

/**
 * Runs an {@link QuantizedModel}. Thread-confined: used by one thread at a time, which is checked.
 * The model is shared, and so are its prepared weights; open one session for each thread.
 *
 * <pre>{@code
 * QuantizedModel model = QuantizedModel.load(Path.of("model.onnx"));
 * try (InferenceSession session = InferenceSession.open(model)) {
 *   float[] probabilities = session.run(images, 32);
 * }
 * }</pre>
 *
 * <p>Numbers are never converted: real ones are a {@code float[]}; 8-bit codes, which a model may
 * take or give in their place, are a {@code byte[]}, and 16-bit codes a {@code short[]}. {@link
 * #inputs()} and {@link #outputs()} say what the model has. A uint8 code is the byte of the same
 * bits: {@code (byte) 200}, read with {@code & 0xFF}.
 *
 * <p>The results are those of docs/numerics.md, bit for bit, whatever the backend, the number of
 * threads, the batch size and the order of the images. Where a model keeps state between calls,
 * each session has its own, a row of it for each image of the batch; {@link #resetState()} begins
 * anew. After the first calls with a batch size, a call with preallocated results allocates
 * nothing.
 */
public final class InferenceSession implements AutoCloseable {
  private final GraphRunner runner;

  private InferenceSession(GraphRunner runner) {
    this.runner = runner;
  }

  /** Opens a session on the best exact kernels of this machine, on the calling thread. */
  public static InferenceSession open(QuantizedModel model) {
    return open(model, SessionOptions.DEFAULT);
  }

  /**
   * Opens a session.
   *
   * @throws IllegalArgumentException if the backend is unknown, cannot run on this machine, or has
   *     no exact kernel for a node, or if one image takes more memory or work than the options'
   *     limits; the message names those that can, or the node
   */
  public static InferenceSession open(QuantizedModel model, SessionOptions options) {
    return new InferenceSession(
        new GraphRunner(
            model.graph(),
            new Choice(Backends.registered(), options.backend(), options.choice()),
            options.threads(),
            options.watch(),
            options.limits(),
            options.layouts()));
  }

  /** What runs: for each kernel its nodes, layout, bytes and multiply-accumulates. */
  public Plan plan() {
    return runner.plan();
  }

  /** What {@link #run} reads: name, shape of one image, real numbers or codes. */
  public List<Tensor> inputs() {
    return runner.inputs();
  }

  /** What {@link #run} writes: name, shape of one result, real numbers or codes. */
  public List<Tensor> outputs() {
    return runner.outputs();
  }

  /**
   * Computes a batch of a model with one input and one output.
   *
   * @param images {@code [batch, channels, height, width]}, or {@code [batch, height, width,
   *     channels]} if the options say so, {@code [batch, time, features]} or {@code [batch,
   *     features]}, row-major, float32 real numbers; not modified
   * @param batch number of images, at least 1; may differ from call to call unless the model keeps
   *     state
   * @param results {@code [batch, features]}, or images or sequences as above; overwritten
   * @throws IllegalArgumentException if the model takes or gives codes, or an array's length does
   *     not fit the batch
   * @throws IllegalStateException if the session is closed or in use by another thread, or there is
   *     no native memory left
   */
  public void run(float[] images, int batch, float[] results) {
    runOne(images, batch, results);
  }

  /**
   * As {@link #run(float[], int, float[])}, from and to buffers, of which direct ones save a copy.
   *
   * @param images from its position to its limit, neither of which moves
   * @param results likewise
   */
  public void run(FloatBuffer images, int batch, FloatBuffer results) {
    runOne(images, batch, results);
  }

  /**
   * As {@link #run(float[], int, float[])}, of a model whose input is 8-bit codes, as pixels are:
   * they are used as they are.
   *
   * @param images codes in the same order; not modified
   * @throws IllegalArgumentException if the model's input is not 8-bit codes, or as above, or if a
   *     code is outside the input's range
   */
  public void run(byte[] images, int batch, float[] results) {
    runOne(images, batch, results);
  }

  /** As {@link #run(float[], int, float[])}, of a model whose output is 8-bit codes. */
  public void run(float[] images, int batch, byte[] results) {
    runOne(images, batch, results);
  }

  /** As {@link #run(byte[], int, float[])}, of a model whose output is 8-bit codes too. */
  public void run(byte[] images, int batch, byte[] results) {
    runOne(images, batch, results);
  }

  private void runOne(Object images, int batch, Object results) {
    requireOne("input", runner.inputs());
    requireOne("output", runner.outputs());
    runner.runOne(images, batch, results);
  }

  /**
   * As {@link #run(float[], int, float[])}, with a new array for the results.
   *
   * @throws IllegalArgumentException if it would be larger than the options' limits, or as above
   */
  public float[] run(float[] images, int batch) {
    return runReals(images, batch);
  }

  /** As {@link #run(byte[], int, float[])}, with a new array for the results. */
  public float[] run(byte[] images, int batch) {
    return runReals(images, batch);
  }

  private float[] runReals(Object images, int batch) {
    requireOne("output", runner.outputs());
    requireOne("input", runner.inputs());
    return runner.run(new Object[] {images}, batch)[0];
  }

  /**
   * Computes a batch of a model with several inputs or outputs.
   *
   * @param arrays by input name, each laid out as in {@link #run(float[], int, float[])}: a {@code
   *     float[]} or {@link FloatBuffer}, or a {@code byte[]} or {@code short[]} where the input is
   *     codes
   * @return results by output name, in the model's order
   * @throws IllegalArgumentException if an input is missing or unknown or has a wrong type or
   *     length, or an output is codes, or the results would be larger than the options' limits
   */
  public Map<String, float[]> run(Map<String, ?> arrays, int batch) {
    float[][] out = runner.run(byPosition("input", runner.inputs(), arrays), batch);
    Map<String, float[]> results = new LinkedHashMap<>();
    for (int i = 0; i < out.length; i++) {
      results.put(runner.outputs().get(i).name(), out[i]);
    }
    return results;
  }

  /**
   * As {@link #run(Map, int)}, into given arrays, of the outputs' types: a {@code byte[]} or {@code
   * short[]} where an output is codes.
   *
   * @param results by output name; overwritten
   */
  public void run(Map<String, ?> arrays, int batch, Map<String, ?> results) {
    runner.run(
        byPosition("input", runner.inputs(), arrays),
        batch,
        byPosition("output", runner.outputs(), results));
  }

  /**
   * Computes a batch node by node, without merging nodes into one kernel, and returns the codes of
   * every quantized tensor. For proofs of parity, not for speed.
   *
   * @param images as in {@link #run(float[], int, float[])}
   * @return codes by tensor name, in execution order, NCHW whatever the options say of arrays
   */
  public Map<String, int[]> trace(float[] images, int batch) {
    return traceOne(images, batch);
  }

  /** As {@link #trace(float[], int)}, of a model whose input is 8-bit codes. */
  public Map<String, int[]> trace(byte[] images, int batch) {
    return traceOne(images, batch);
  }

  private Map<String, int[]> traceOne(Object images, int batch) {
    requireOne("input", runner.inputs());
    return runner.trace(new Object[] {images}, batch);
  }

  /**
   * Forgets what the model's states were in the calls before: they are zeros in the next one, whose
   * batch may be any. Does nothing for a model without state. A call that fails leaves states as
   * they were, and so does {@link #trace}.
   *
   * @throws IllegalStateException if the session is closed or in use by another thread
   */
  public void resetState() {
    runner.resetState();
  }

  /**
   * How many values each layer has clamped to its calibrated range since the session was opened: a
   * snapshot in execution order, for any thread, at any time, also after {@link #close()}. Layers
   * that only move codes, such as max pooling, are left out. docs/watch.md says what is counted.
   *
   * @throws IllegalStateException if the session was opened without {@link
   *     SessionOptions#withWatch}
   */
  public List<Saturation> saturation() {
    return runner.saturation();
  }

  private static Object[] byPosition(String role, List<Tensor> tensors, Map<String, ?> arrays) {
    List<String> names = tensors.stream().map(Tensor::name).toList();
    if (!arrays.keySet().equals(Set.copyOf(names))) {
      throw new IllegalArgumentException(
          "the model's " + role + "s are " + names + ", got " + arrays.keySet());
    }
    return names.stream().map(arrays::get).toArray();
  }

  private static void requireOne(String role, List<Tensor> tensors) {
    if (tensors.size() != 1) {
      throw new IllegalArgumentException(
          "the model has "
              + tensors.size()
              + " "
              + role
              + "s "
              + tensors.stream().map(Tensor::name).toList()
              + ": use run(Map, int)");
    }
  }

  /**
   * Frees the session's native memory, and the weights if no other session of the model is open. A
   * second call does nothing.
   *
   * @throws IllegalStateException if another thread is inside {@link #run}; the session stays open
   */
  @Override
  public void close() {
    runner.close();
  }
}
