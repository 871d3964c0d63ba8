package org.qat4j.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;

/** Copies the parameters of a prepared network back to where preparation took them from. */
final class Restoring {
  private Restoring() {}

  /**
   * @param fused what preparation makes of the original
   * @param prepared its running layers by name
   * @param originals layers to change, by name
   */
  static void parameters(
      List<Prepared> fused, Map<String, Layer> prepared, Map<String, Layer> originals) {
    for (Prepared next : fused) {
      Layer source = prepared.get(next.stage().name());
      for (Origin origin : next.origins()) {
        // These are views: what is assigned to them goes to the original's own parameters.
        Map<String, INDArray> table =
            origin.parameters().apply(originals.get(origin.layer()).paramTable());
        table.forEach(
            (key, value) -> value.assign(parameter(source, next, origin.layer(), key, value)));
      }
    }
  }

  private static INDArray parameter(
      Layer source, Prepared next, String original, String key, INDArray expected) {
    INDArray found = source == null ? null : source.getParam(key);
    if (found == null || !Arrays.equals(found.shape(), expected.shape())) {
      throw new IllegalArgumentException(
          "the network was not prepared from this original: parameter '"
              + key
              + "' of layer '"
              + original
              + "' has shape "
              + Arrays.toString(expected.shape())
              + ", but the prepared layer '"
              + next.stage().name()
              + "' "
              + (found == null ? "has none" : "has " + Arrays.toString(found.shape())));
    }
    return found;
  }
}
