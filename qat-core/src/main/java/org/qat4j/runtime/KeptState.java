package org.qat4j.runtime;

import java.lang.reflect.Array;
import java.util.Arrays;
import java.util.List;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Tensor;

/**
 * What one session keeps between calls, in arrays as callers have them: a row for each image of the
 * batch, whichever thread computes it. What a call reads stays as it was until the call has
 * succeeded.
 */
final class KeptState {
  private final List<Graph.State> states;
  private final int firstInput;
  private final int firstOutput;
  private final Limits limits;
  private Object[] current;
  private Object[] next;
  private int batch;

  /**
   * Zeros, for any batch.
   *
   * @param graph whose program has its states behind callers' inputs and outputs
   */
  KeptState(Graph graph, Limits limits) {
    this.states = graph.states();
    this.firstInput = graph.inputs().size();
    this.firstOutput = graph.outputs().size();
    this.limits = limits;
    reset();
  }

  /** Forgets all of it, and the batch that it belongs to. */
  void reset() {
    current = new Object[0];
    next = new Object[0];
    batch = 0;
  }

  /**
   * Begins a call; one with the same batch as the last allocates nothing.
   *
   * @throws IllegalArgumentException if state is kept for another batch, or takes more memory than
   *     allowed
   */
  void begin(int images) {
    if (states.isEmpty()) {
      return;
    }
    current = rows(images);
    next = batch == 0 ? zeros(images) : next;
  }

  /** Ends a call that has succeeded. */
  void advance(int images) {
    if (states.isEmpty()) {
      return;
    }
    Object[] read = current;
    current = next;
    next = read;
    batch = images;
  }

  /** What a call reads: zeros before the first. */
  private Object[] rows(int images) {
    if (batch != 0 && batch != images) {
      throw new IllegalArgumentException(
          "the session keeps the state of "
              + batch
              + " images, got a batch of "
              + images
              + ": call resetState() first, or open a session for each batch size");
    }
    return batch == 0 ? zeros(images) : current;
  }

  private Object[] zeros(int images) {
    long bytes = 0;
    for (Graph.State state : states) {
      bytes += 2 * StoredTensor.plain(state.input()).bytes(1) * images;
    }
    limits.requireBytes("the state of " + images + " images", bytes);
    return states.stream().map(state -> zeros(state.input(), images)).toArray();
  }

  private static Object zeros(Tensor tensor, int images) {
    ElementType type = ElementType.of(tensor);
    int length = GraphRunner.length("state", tensor, images);
    Object zeros = Array.newInstance(type.array().getComponentType(), length);
    switch (type) {
      case U8, S8 -> Arrays.fill((byte[]) zeros, (byte) tensor.params().zeroPoint());
      case U16, S16 -> Arrays.fill((short[]) zeros, (short) tensor.params().zeroPoint());
      case F32 -> {}
    }
    return zeros;
  }

  /**
   * Gives a bound network the rows of its images.
   *
   * @param first of the images in the batch
   */
  void write(BoundProgram network, int first) {
    write(current, network, first);
  }

  /** Gives a network that is bound to the whole batch what the next call would read. */
  void writeAll(BoundProgram network) {
    write(rows(network.batch()), network, 0);
  }

  private void write(Object[] rows, BoundProgram network, int first) {
    for (int i = 0; i < rows.length; i++) {
      Port port = network.input(firstInput + i);
      port.write(rows[i], first * states.get(i).input().shape().elements());
    }
  }

  /** Takes the rows of a bound network's images, for the next call. */
  void read(BoundProgram network, int first) {
    for (int i = 0; i < next.length; i++) {
      Port port = network.output(firstOutput + i);
      port.read(next[i], first * states.get(i).output().shape().elements());
    }
  }
}
