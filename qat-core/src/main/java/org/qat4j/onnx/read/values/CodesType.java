package org.qat4j.onnx.read.values;

import java.util.Optional;
import org.qat4j.graph.Clip;
import org.qat4j.onnx.OnnxFormatException;
import org.qat4j.onnx.read.file.OnnxNode;
import org.qat4j.scheme.IntRange;
import org.qat4j.scheme.QuantParams;

/**
 * Parameters and clip of a tensor behind QuantizeLinear, as the nodes show them, refined by what
 * the metadata declare. Metadata never change which codes can occur: where they would, the file is
 * refused.
 */
public record CodesType(QuantParams params, Clip clip) {

  /**
   * What nodes and metadata together say.
   *
   * @param node starts the messages
   * @param graphNode name under which a clip is declared
   * @param tensor name under which a range is declared
   * @param stored parameters with the range of the storage type
   * @param clip of the real numbers before QuantizeLinear
   * @param codeClip of the codes behind it
   */
  public static CodesType of(
      OnnxNode node,
      String graphNode,
      String tensor,
      QuantParams stored,
      Clip clip,
      Optional<IntRange> codeClip,
      Declarations declarations)
      throws OnnxFormatException {
    try {
      IntRange codes = codeClip.orElse(stored.range());
      IntRange effective = intersect(clip.codes(stored), codes);
      CodesType shown = shown(stored, clip, codes);
      IntRange range = declarations.range(node, tensor).orElse(shown.params.range());
      Clip declared = declarations.clip(node, graphNode).orElse(shown.clip);
      CodesType type =
          new CodesType(new QuantParams(stored.scale(), stored.zeroPoint(), range), declared);
      type.requireEffective(node, effective);
      return type;
    } catch (IllegalArgumentException e) {
      throw node.error(e);
    }
  }

  /**
   * A clip of the codes is their range, unless real 0 is outside: then it is a clip of the real
   * numbers.
   */
  private static CodesType shown(QuantParams stored, Clip clip, IntRange codes) {
    if (codes.contains(stored.zeroPoint())) {
      return new CodesType(new QuantParams(stored.scale(), stored.zeroPoint(), codes), clip);
    }
    float min = Math.max(clip.min(), stored.dequantize(codes.min()));
    float max = Math.min(clip.max(), stored.dequantize(codes.max()));
    return new CodesType(stored, new Clip(min, max));
  }

  public static IntRange intersect(IntRange a, IntRange b) {
    int low = Math.max(a.min(), b.min());
    int high = Math.min(a.max(), b.max());
    return new IntRange(low, high);
  }

  private void requireEffective(OnnxNode node, IntRange expected) throws OnnxFormatException {
    IntRange actual = clip.codes(params);
    if (!actual.equals(expected)) {
      throw node.error(
          "metadata declare "
              + params
              + " with clip "
              + clip
              + ", which leaves codes "
              + actual
              + ", but the nodes leave "
              + expected);
    }
  }
}
