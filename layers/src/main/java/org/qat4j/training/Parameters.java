package org.qat4j.training;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.training.forms.Origin;
import org.qat4j.training.forms.Prepared;

/** Copies parameters between a network and what was prepared from it, as the plan says. */
final class Parameters {
  private Parameters() {}

  /**
   * From an original to its prepared network.
   *
   * @param originals running layers by name
   * @param prepared those to change, by name
   */
  static void prepare(
      List<Prepared> plan, Map<String, Layer> originals, Map<String, Layer> prepared) {
    for (Prepared next : plan) {
      for (Origin origin : next.origins()) {
        Layer target = prepared.get(next.stage().name());
        taken(origin, originals).forEach((key, value) -> target.getParam(key).assign(value));
      }
    }
  }

  /**
   * From a prepared network back to where its parameters were taken from.
   *
   * @param prepared running layers by name
   * @param originals those to change, by name
   * @throws IllegalArgumentException if the prepared network lacks a parameter
   */
  static void restore(
      List<Prepared> plan, Map<String, Layer> prepared, Map<String, Layer> originals) {
    for (Prepared next : plan) {
      Layer source = prepared.get(next.stage().name());
      for (Origin origin : next.origins()) {
        // These are views: what is assigned to them goes to the original's own parameters.
        taken(origin, originals)
            .forEach(
                (key, value) -> value.assign(parameter(source, next, origin.layer(), key, value)));
      }
    }
  }

  private static Map<String, INDArray> taken(Origin origin, Map<String, Layer> originals) {
    return origin.parameters().apply(originals.get(origin.layer()).paramTable());
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
