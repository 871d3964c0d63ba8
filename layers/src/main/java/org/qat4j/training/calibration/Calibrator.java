package org.qat4j.training.calibration;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.qat4j.kernels.ChannelsLast;
import org.qat4j.layers.InputQuantizer;
import org.qat4j.layers.QuantizingLayer;
import org.qat4j.observer.TensorStatistics;
import org.qat4j.training.network.NetworkView;

/** Runs data through a network and keeps what is seen of its activations. One object, one pass. */
public final class Calibrator {
  private final NetworkView<?> network;
  private final Map<String, TensorStatistics> layers = new LinkedHashMap<>();
  private long images;
  private int batches;
  private long[] shape;

  private Calibrator(NetworkView<?> network) {
    this.network = network;
  }

  /**
   * Observes all batches.
   *
   * @param network prepared, but never to round
   * @param batches features [batch, ...], not modified
   * @throws IllegalArgumentException if there are none, or images are of different shapes or make
   *     some value NaN or infinite, naming the image
   * @throws IllegalStateException if a parameter is NaN or infinite, naming it
   */
  public static ActivationStatistics observe(NetworkView<?> network, Iterator<INDArray> batches) {
    Calibrator calibrator = new Calibrator(network);
    calibrator.start();
    batches.forEachRemaining(calibrator::add);
    return calibrator.finish();
  }

  private void start() {
    network
        .layers()
        .forEach(
            (name, layer) -> {
              if (layer instanceof QuantizingLayer<?> quantizing) {
                quantizing.requireFinite();
              }
            });
    network.stages().stream()
        .filter(stage -> network.layers().get(stage.name()) instanceof QuantizingLayer<?>)
        .forEach(stage -> layers.put(stage.name(), TensorStatistics.empty()));
  }

  private void add(INDArray features) {
    requireShape(features);
    requireFinite("the data holds", features, values(features));
    Map<String, INDArray> activations = network.activations(features);
    layers.replaceAll((name, seen) -> seen.add(finite(name, activations.get(name))));
    images += features.size(0);
    batches++;
  }

  private void requireShape(INDArray features) {
    long[] image = Arrays.stream(features.shape()).skip(1).toArray();
    if (shape == null) {
      shape = image;
    }
    if (!Arrays.equals(shape, image)) {
      throw new IllegalArgumentException(
          "batch "
              + batches
              + " has images of shape "
              + Arrays.toString(image)
              + ", the batches before it "
              + Arrays.toString(shape)
              + "; calibrate with images of the one shape that is to be deployed");
    }
  }

  private float[] finite(String layer, INDArray activations) {
    float[] values = values(activations);
    requireFinite("layer '" + layer + "' puts out", activations, values);
    return values;
  }

  private void requireFinite(String what, INDArray array, float[] values) {
    for (int i = 0; i < values.length; i++) {
      if (!Float.isFinite(values[i])) {
        long inBatch = i / (values.length / array.size(0));
        throw new IllegalArgumentException(
            what
                + " "
                + values[i]
                + " for image "
                + (images + inBatch)
                + " (number "
                + inBatch
                + " of batch "
                + batches
                + ", both counted from 0); leave that image out or correct it");
      }
    }
  }

  /** Image after image; in which order those of one image come does not matter here. */
  private static float[] values(INDArray array) {
    boolean last = array.rank() == 4 && ChannelsLast.has(array);
    INDArray dense = (last ? array.permute(0, 2, 3, 1) : array).castTo(DataType.FLOAT).dup('c');
    FloatBuffer buffer = dense.data().asNioFloat();
    float[] values = new float[Math.toIntExact(dense.length())];
    buffer.get(values);
    return values;
  }

  private ActivationStatistics finish() {
    if (images == 0) {
      throw new IllegalArgumentException(
          "the data to calibrate with holds no images; give some hundred that are like those to"
              + " come, from an iterator that is at its start");
    }
    InputQuantizer input = (InputQuantizer) network.stages().get(0).conf();
    return new ActivationStatistics(input.getInputShape(), images, layers);
  }
}
