package org.qat4j.runtime;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import org.qat4j.graph.Clip;
import org.qat4j.graph.Effect;
import org.qat4j.graph.Graph;
import org.qat4j.graph.Node;
import org.qat4j.graph.Tensor;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Which ends of a node's output range mean that a value was clamped, and how they are counted.
 *
 * <p>Where real numbers are quantized, those outside the range are counted: half a step beyond the
 * smallest or largest code. Elsewhere only codes remain, so those equal to an end are counted. An
 * end at the zero point or at the bound of a fused clip is left out: a ReLU puts half of its values
 * there.
 */
final class WatchedEnds {
  /** Elements that are copied at a time. */
  static final int CHUNK = 1024;

  private static final int NO_CODE = Integer.MIN_VALUE;

  private final boolean fromReals;
  private final float lowestReal;
  private final float highestReal;
  private final int low;
  private final int high;

  /** Copies of native memory: loops over arrays are several times as fast as over buffers. */
  static final class Scratch {
    private final byte[] bytes;
    private final float[] reals;
    private long low;
    private long high;

    Scratch(boolean used) {
      bytes = new byte[used ? CHUNK : 0];
      reals = new float[used ? CHUNK : 0];
    }

    long low() {
      return low;
    }

    long high() {
      return high;
    }
  }

  private WatchedEnds(Node node, QuantParams output) {
    IntRange range = output.range();
    Clip clip = node.op().clip();
    double half = 0.5 * output.scale();
    boolean lowFree = clip.min() < real(output, range.min()) - half;
    boolean highFree = clip.max() > real(output, range.max()) + half;
    this.fromReals = node.op().effect() == Effect.QUANTIZES;
    this.lowestReal = lowestReal(output);
    this.highestReal = highestReal(output);
    this.low = lowFree && output.zeroPoint() != range.min() ? range.min() : NO_CODE;
    this.high = highFree && output.zeroPoint() != range.max() ? range.max() : NO_CODE;
  }

  /**
   * Whether a node writes codes of its own, rather than real numbers or codes that it was given.
   */
  static boolean exist(Graph graph, Node node) {
    return graph.outputOf(node).isCodes() && !node.op().movesCodes();
  }

  static WatchedEnds of(Graph graph, Node node) {
    return new WatchedEnds(node, graph.outputOf(node).params());
  }

  private static double real(QuantParams params, int code) {
    return (double) params.scale() * (code - params.zeroPoint());
  }

  private static float lowestReal(QuantParams params) {
    int steps = params.range().min() - params.zeroPoint();
    float real = (float) ((steps - 0.5) * params.scale());
    while (Math.rint(real / params.scale()) >= steps) {
      real = Math.nextDown(real);
    }
    while (Math.rint(real / params.scale()) < steps) {
      real = Math.nextUp(real);
    }
    return real;
  }

  private static float highestReal(QuantParams params) {
    int steps = params.range().max() - params.zeroPoint();
    float real = (float) ((steps + 0.5) * params.scale());
    while (Math.rint(real / params.scale()) <= steps) {
      real = Math.nextUp(real);
    }
    while (Math.rint(real / params.scale()) > steps) {
      real = Math.nextDown(real);
    }
    return real;
  }

  /** Whether the counts are taken from what the node reads rather than from what it writes. */
  boolean fromReals() {
    return fromReals;
  }

  /**
   * Counts clamped elements into the scratch.
   *
   * @param counted the node's input if {@link #fromReals()}, else its output
   */
  void count(Buffer counted, Scratch scratch) {
    scratch.low = 0;
    scratch.high = 0;
    if (fromReals) {
      countReals(counted, scratch);
    } else if (low != NO_CODE || high != NO_CODE) {
      if (counted.type().bytes() == 1) {
        countBytes(counted, scratch);
      } else {
        countCodes(counted, scratch);
      }
    }
  }

  /** NaN counts as low, since it becomes the smallest code. */
  private void countReals(Buffer counted, Scratch scratch) {
    FloatBuffer from = counted.reals();
    float[] reals = scratch.reals;
    for (int first = 0; first < counted.elements(); first += CHUNK) {
      int count = Math.min(CHUNK, counted.elements() - first);
      from.get(first, reals, 0, count);
      int below = 0;
      int above = 0;
      for (int i = 0; i < count; i++) {
        below += reals[i] >= lowestReal ? 0 : 1;
        above += reals[i] > highestReal ? 1 : 0;
      }
      scratch.low += below;
      scratch.high += above;
    }
  }

  private void countBytes(Buffer counted, Scratch scratch) {
    ByteBuffer from = counted.bytes();
    for (int first = 0; first < counted.elements(); first += CHUNK) {
      int count = Math.min(CHUNK, counted.elements() - first);
      from.get(first, scratch.bytes, 0, count);
      scratch.low += low == NO_CODE ? 0 : equal(scratch.bytes, count, (byte) low);
      scratch.high += high == NO_CODE ? 0 : equal(scratch.bytes, count, (byte) high);
    }
  }

  private static int equal(byte[] bytes, int count, byte code) {
    int equal = 0;
    for (int i = 0; i < count; i++) {
      equal += bytes[i] == code ? 1 : 0;
    }
    return equal;
  }

  private void countCodes(Buffer counted, Scratch scratch) {
    for (int i = 0; i < counted.elements(); i++) {
      int code = counted.code(i);
      scratch.low += code == low ? 1 : 0;
      scratch.high += code == high ? 1 : 0;
    }
  }

  /** The tensor to count in. */
  Tensor counted(Graph graph, Node node) {
    return fromReals ? graph.tensor(node.inputs().get(0)) : graph.outputOf(node);
  }
}
