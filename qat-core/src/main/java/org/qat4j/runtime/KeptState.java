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
  private final Limits limits;
  private Object[] current;
  private Object[] next;
  private int batch;

  KeptState(List<Graph.State> states, Limits limits) {
    this.states = states;
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
   * What a call with a batch reads: zeros before the first.
   *
   * @throws IllegalArgumentException if it is kept for another batch, or takes more memory than
   *     allowed
   */
  Object[] rows(int asked) {
    if (batch != 0 && batch != asked) {
      throw new IllegalArgumentException(
          "the session keeps the state of "
              + batch
              + " images, got a batch of "
              + asked
              + ": call resetState() first, or open a session for each batch size");
    }
    return batch == 0 ? zeros(asked) : current;
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
    int length = Math.multiplyExact(images, tensor.shape().elements());
    Object zeros = Array.newInstance(type.array().getComponentType(), length);
    switch (type) {
      case U8, S8 -> Arrays.fill((byte[]) zeros, (byte) tensor.params().zeroPoint());
      case U16, S16 -> Arrays.fill((short[]) zeros, (short) tensor.params().zeroPoint());
      case F32 -> {}
    }
    return zeros;
  }

  /** Begins a call; a call with the same batch as the last one allocates nothing. */
  void begin(int images) {
    current = rows(images);
    if (batch == 0) {
      next = zeros(images);
    }
  }

  /** Ends a call that has succeeded. */
  void advance(int images) {
    Object[] read = current;
    current = next;
    next = read;
    batch = images;
  }

  /** Gives a bound network its rows; its states are the last of its inputs. */
  void write(Object[] rows, BoundProgram network, int inputs, int first) {
    for (int i = 0; i < rows.length; i++) {
      network.input(inputs + i).write(rows[i], first * states.get(i).input().shape().elements());
    }
  }

  void writeCurrent(BoundProgram network, int inputs, int first) {
    write(current, network, inputs, first);
  }

  /** Takes what is kept from a bound network, whose last outputs it is. */
  void readNext(BoundProgram network, int outputs, int first) {
    for (int i = 0; i < next.length; i++) {
      network.output(outputs + i).read(next[i], first * states.get(i).output().shape().elements());
    }
  }
}
