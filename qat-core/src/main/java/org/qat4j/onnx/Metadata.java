package org.qat4j.onnx;

import java.util.HashMap;
import java.util.Map;
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

  private Metadata() {}

  /** Those that say nothing of single nodes and tensors, but of the whole model. */
  public static Map<String, String> ofModel(Map<String, String> metadata) {
    Map<String, String> rest = new HashMap<>(metadata);
    rest.keySet().removeIf(Metadata::isOfNode);
    return rest;
  }

  /** Whether a key says something of a single node or tensor, so that a graph's maker cannot. */
  public static boolean isOfNode(String key) {
    return key.startsWith(CLIP) || key.startsWith(RANGE);
  }

  public static String text(IntRange range) {
    return range.min() + " " + range.max();
  }

  public static String text(Clip clip) {
    return clip.min() + " " + clip.max();
  }
}
