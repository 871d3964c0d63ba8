package org.qat4j.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.config.NoOp;
import org.qat4j.cli.speed.Engine;
import org.qat4j.cli.speed.EngineServer;
import org.qat4j.examples.networks.WordLstm;

/** The word model in stock Deeplearning4j, always with the same weights. */
final class RecurrentDl4j implements Engine {
  private static final long SEED = 1;

  /** Where Deeplearning4j has input gate, forget gate, candidate and output gate. */
  private static final int[] BLOCKS = {3, 1, 0, 2};

  private final MultiLayerNetwork network;
  private final INDArray places;

  private RecurrentDl4j(RecurrentCase task) {
    network = network(task);
    places =
        Nd4j.create(task.places(), new long[] {RecurrentCase.BATCH, 1, RecurrentCase.STEPS}, 'c');
  }

  /** Arguments: those of the case. */
  public static void main(String[] args) throws Exception {
    EngineServer.serve(() -> new RecurrentDl4j(RecurrentCase.of(List.of(args))));
  }

  static MultiLayerNetwork network(RecurrentCase task) {
    return new WordLstm(task.words(), task.embedding(), task.hidden(), task.layers())
        .create(SEED, new NoOp(), 0);
  }

  /** As {@link RecurrentCase#weights}. */
  static float[] weights(MultiLayerNetwork network) {
    List<float[]> all = new ArrayList<>();
    for (Layer layer : network.getLayers()) {
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

  private static void add(List<float[]> all, Map<String, INDArray> parameters) {
    INDArray weights = parameters.get("W");
    INDArray bias = parameters.get("b");
    if (parameters.containsKey("RW")) {
      all.add(gates(weights));
      all.add(gates(parameters.get("RW")));
      all.add(gates(bias.reshape(1, bias.length())));
    } else if (bias == null) {
      all.add(values(weights));
    } else {
      all.add(values(weights.transpose()));
      all.add(values(bias));
    }
  }

  private static float[] gates(INDArray columns) {
    long units = columns.size(1) / BLOCKS.length;
    INDArray[] rows = new INDArray[BLOCKS.length];
    for (int gate = 0; gate < rows.length; gate++) {
      long first = BLOCKS[gate] * units;
      rows[gate] =
          columns.get(NDArrayIndex.all(), NDArrayIndex.interval(first, first + units)).transpose();
    }
    return values(Nd4j.concat(0, rows));
  }

  private static float[] values(INDArray array) {
    return array.dup('c').data().asFloat();
  }

  @Override
  public void run() {
    network.output(places);
  }

  @Override
  public float[] results() {
    return values(network.output(places).permute(0, 2, 1));
  }

  @Override
  public void close() {}
}
