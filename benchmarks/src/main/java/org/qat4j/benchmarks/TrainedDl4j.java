package org.qat4j.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.Adam;
import org.qat4j.examples.networks.LeNet;
import org.qat4j.examples.networks.ResNet20;

/** The trained networks in Deeplearning4j, always with the same weights, and what others need. */
final class TrainedDl4j {
  private static final long SEED = 1;

  private TrainedDl4j() {}

  static MultiLayerNetwork leNet() {
    return LeNet.create(SEED, new Adam(TrainingCase.LEARNING_RATE), 0, TrainingCase.CLASSES);
  }

  static ComputationGraph resNet20() {
    return ResNet20.create(SEED, new Adam(TrainingCase.LEARNING_RATE), 0, TrainingCase.CLASSES);
  }

  /** Random images from 0 to 1, as {@link TrainingCase#images}. */
  static float[] images(TrainedNetwork network) {
    Random random = new Random(SEED);
    float[] images = new float[TrainingCase.BATCH * network.imageSize()];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.nextFloat();
    }
    return images;
  }

  /** As {@link TrainingCase#weights}. */
  static float[] weights(TrainedNetwork network) {
    List<float[]> all = new ArrayList<>();
    for (Layer layer : layers(network)) {
      add(all, layer.paramTable());
    }
    float[] weights = new float[all.stream().mapToInt(values -> values.length).sum()];
    int at = 0;
    for (float[] values : all) {
      System.arraycopy(values, 0, weights, at, values.length);
      at += values.length;
    }
    return weights;
  }

  private static List<Layer> layers(TrainedNetwork network) {
    if (network == TrainedNetwork.LENET) {
      return List.of(leNet().getLayers());
    }
    ComputationGraph graph = resNet20();
    return graph.getConfiguration().getVertices().keySet().stream()
        .map(graph::getLayer)
        .filter(layer -> layer != null && layer.numParams() > 0)
        .toList();
  }

  private static void add(List<float[]> all, Map<String, INDArray> parameters) {
    INDArray weights = parameters.get("W");
    if (parameters.containsKey("gamma")) {
      all.add(values(parameters.get("gamma")));
      all.add(values(parameters.get("beta")));
    } else if (weights != null && weights.rank() == 4) {
      all.add(values(weights));
    } else if (weights != null) {
      all.add(values(weights.transpose()));
      all.add(values(parameters.get("b")));
    }
  }

  private static float[] values(INDArray array) {
    return array.dup('c').data().asFloat();
  }
}
