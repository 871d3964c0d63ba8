package org.qat4j.onnx;

import org.qat4j.graph.Clip;
import org.qat4j.scheme.IntRange;

/**
 * Keys of the model's metadata properties, which restore what standard nodes cannot say. They are
 * written only where needed, and never change what the nodes compute.
 */
final class Metadata {
  /** Followed by a node's name: the real bounds of its clip, for example {@code "0.0 6.0"}. */
  static final String CLIP = "qat4j.clip.";

  /** Followed by a tensor's name: the smallest and largest code, for example {@code "-7 7"}. */
  static final String RANGE = "qat4j.range.";

  private Metadata() {}

  static String text(IntRange range) {
    return range.min() + " " + range.max();
  }

  static String text(Clip clip) {
    return clip.min() + " " + clip.max();
  }

  static IntRange range(OnnxNode node, String key, String text) throws OnnxFormatException {
    String[] bounds = bounds(node, key, text);
    try {
      return new IntRange(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]));
    } catch (IllegalArgumentException e) {
      throw malformed(node, key, text);
    }
  }

  static Clip clip(OnnxNode node, String key, String text) throws OnnxFormatException {
    String[] bounds = bounds(node, key, text);
    try {
      return new Clip(Float.parseFloat(bounds[0]), Float.parseFloat(bounds[1]));
    } catch (IllegalArgumentException e) {
      throw malformed(node, key, text);
    }
  }

  private static String[] bounds(OnnxNode node, String key, String text)
      throws OnnxFormatException {
    String[] bounds = text.split(" ", -1);
    if (bounds.length != 2) {
      throw malformed(node, key, text);
    }
    return bounds;
  }

  private static OnnxFormatException malformed(OnnxNode node, String key, String text) {
    return node.error(
        "metadata '" + key + "' is '" + text + "', expected two numbers, the smaller one first");
  }
}
