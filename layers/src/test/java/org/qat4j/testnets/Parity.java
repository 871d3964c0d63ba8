package org.qat4j.testnets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.graph.Tensor;
import org.qat4j.inference.InferenceSession;
import org.qat4j.inference.QuantizedModel;

/** Compares a prepared network's own activations with the codes of its converted model. */
public final class Parity {
  private Parity() {}

  /**
   * Requires that every layer has the same codes.
   *
   * @param images [batch, channels, height, width]
   * @return number of layers compared
   */
  public static int requireSameCodes(
      MultiLayerNetwork network, QuantizedModel model, INDArray images) {
    List<INDArray> list = network.feedForward(images, false);
    Map<String, INDArray> activations = new HashMap<>();
    for (int i = 0; i < network.getnLayers(); i++) {
      String name = network.getLayerWiseConfigurations().getConf(i).getLayer().getLayerName();
      activations.put(name, list.get(i + 1));
    }
    return requireSameCodes(activations, model, images);
  }

  /** As for a {@link MultiLayerNetwork}. */
  public static int requireSameCodes(
      ComputationGraph network, QuantizedModel model, INDArray images) {
    return requireSameCodes(network.feedForward(images, false), model, images);
  }

  private static int requireSameCodes(
      Map<String, INDArray> activations, QuantizedModel model, INDArray images) {
    int compared = 0;
    try (InferenceSession session = InferenceSession.open(model)) {
      Map<String, int[]> traced = session.trace(floats(images), (int) images.size(0));
      for (Tensor tensor : model.graph().tensors()) {
        if (tensor.isCodes() && activations.containsKey(tensor.name())) {
          int[] codes = codes(activations.get(tensor.name()), tensor);
          assertArrayEquals(codes, traced.get(tensor.name()), tensor.name());
          compared++;
        }
      }
    }
    return compared;
  }

  private static int[] codes(INDArray activations, Tensor tensor) {
    float[] reals = floats(activations);
    int[] codes = new int[reals.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = tensor.params().quantize(reals[i]);
      assertEquals(tensor.params().dequantize(codes[i]), reals[i], "on the grid");
    }
    return codes;
  }

  private static float[] floats(INDArray array) {
    return array.dup('c').data().asFloat();
  }
}
