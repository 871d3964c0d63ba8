package org.qat4j.onnx.read.values;

import java.util.Map;
import java.util.Optional;
import org.qat4j.graph.Clip;
import org.qat4j.onnx.Metadata;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * What a file's metadata declare about its tensors and nodes; {@link Metadata} names the keys.
 *
 * @param metadata the properties of the file
 */
public record Declarations(Map<String, String> metadata) {

  /** The codes of a tensor. */
  public Optional<IntRange> range(OnnxNode node, String tensor) throws OnnxFormatException {
    String key = Metadata.RANGE + tensor;
    String text = metadata.get(key);
    return text == null ? Optional.empty() : Optional.of(parseRange(node, key, text));
  }

  /** The clip of a node of the graph. */
  Optional<Clip> clip(OnnxNode node, String graphNode) throws OnnxFormatException {
    String key = Metadata.CLIP + graphNode;
    String text = metadata.get(key);
    return text == null ? Optional.empty() : Optional.of(parseClip(node, key, text));
  }

  /** Parameters of codes that the caller provides. */
  public QuantParams params(OnnxNode node, String tensor, QuantParams stored)
      throws OnnxFormatException {
    IntRange range = range(node, tensor).orElse(stored.range());
    if (!stored.range().contains(range) || !range.contains(stored.zeroPoint())) {
      throw node.error(
          "metadata declare codes " + range + " for '" + tensor + "', which has " + stored);
    }
    return new QuantParams(stored.scale(), stored.zeroPoint(), range);
  }

  /** The number of time steps where it is free; 0 for a number that is none. */
  public long steps() {
    try {
      return Long.parseLong(metadata.getOrDefault(Metadata.STEPS, "1"));
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  /** The output that an input is in the next call. */
  public Optional<String> state(String input) {
    return Optional.ofNullable(metadata.get(Metadata.STATE + input));
  }

  /**
   * How many of the outputs callers get.
   *
   * @param all of them
   * @return -1 for a number that is none of those
   */
  public int outputs(int all) {
    String text = metadata.getOrDefault(Metadata.OUTPUTS, Integer.toString(all));
    try {
      int count = Integer.parseInt(text);
      return count >= 0 && count <= all ? count : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static IntRange parseRange(OnnxNode node, String key, String text)
      throws OnnxFormatException {
    String[] bounds = bounds(node, key, text);
    try {
      return new IntRange(Integer.parseInt(bounds[0]), Integer.parseInt(bounds[1]));
    } catch (IllegalArgumentException e) {
      throw malformed(node, key, text);
    }
  }

  private static Clip parseClip(OnnxNode node, String key, String text) throws OnnxFormatException {
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
