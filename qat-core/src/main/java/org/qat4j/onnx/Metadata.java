package org.qat4j.onnx;

import org.qat4j.graph.Clip;
import org.qat4j.scheme.IntRange;

/**
 * Keys of the model's metadata properties, which restore what standard nodes cannot say. They are
 * written only where needed, and never change what the nodes compute.
 */
public final class Metadata {
  /** Followed by a node's name: the real bounds of its clip, for example {@code "0.0 6.0"}. */
  public static final String CLIP = "qat4j.clip.";

  /** Followed by a tensor's name: the smallest and largest code, for example {@code "-7 7"}. */
  public static final String RANGE = "qat4j.range.";

  /** Followed by the name of an input: the output that it is in the next call. */
  public static final String STATE = "qat4j.state.";

  /** How many of the outputs callers get; those behind are kept for the next call only. */
  public static final String OUTPUTS = "qat4j.outputs";

  /** The number of time steps, where it is free. */
  public static final String STEPS = "qat4j.steps";

  private Metadata() {}

  public static String text(IntRange range) {
    return range.min() + " " + range.max();
  }

  public static String text(Clip clip) {
    return clip.min() + " " + clip.max();
  }
}
